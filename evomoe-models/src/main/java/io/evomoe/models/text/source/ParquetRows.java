package io.evomoe.models.text.source;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a Parquet file. */
final class ParquetRows {
  private static final String MAGIC = "PAR1";

  /** Bytes at the end of a file: the length of the footer, then the magic. */
  private static final int TAIL = 8;

  private ParquetRows() {}

  static void read(
      String name, Path file, RecordKind kind, List<String> fields, RecordFormat.Records sink) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(name + " does not exist, or is no file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      FileMetaData footer = footer(channel);
      List<ParquetColumn> columns = columns(name, top(footer.getSchema()), kind, fields);
      long row = 0;
      for (RowGroup group : footer.getRow_groups()) {
        for (ParquetColumn column : columns) {
          column.start(group, channel);
        }
        for (long i = 0; i < group.getNum_rows(); i++) {
          List<@Nullable Object> values = new ArrayList<>(columns.size());
          for (ParquetColumn column : columns) {
            values.add(column.next());
          }
          sink.add(++row, () -> texts(values, fields));
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          name + " cannot be read as Parquet: " + IoReason.of(e, file), e);
    }
  }

  private static FileMetaData footer(FileChannel channel) throws IOException {
    ByteBuffer tail = ByteBuffer.allocate(TAIL).order(ByteOrder.LITTLE_ENDIAN);
    long end = channel.size() - TAIL;
    while (end >= 0 && tail.hasRemaining() && channel.read(tail, end + tail.position()) >= 0) {}
    if (!new String(tail.array(), TAIL - 4, 4, StandardCharsets.US_ASCII).equals(MAGIC)) {
      throw new IOException("the file does not end with " + MAGIC);
    }
    long start = end - tail.getInt(0);
    if (start < 0 || start > end) {
      throw new IOException("its footer cannot have %d bytes".formatted(tail.getInt(0)));
    }
    channel.position(start);
    FileMetaData footer;
    try {
      footer = Util.readFileMetaData(Channels.newInputStream(channel), tail.getInt(0));
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
    long rows = footer.getRow_groups().stream().mapToLong(RowGroup::getNum_rows).sum();
    if (rows != footer.getNum_rows()) {
      throw new IOException(
          "it must have %d rows, has row groups of %d".formatted(footer.getNum_rows(), rows));
    }
    return footer;
  }

  /** Returns the reason given by {@link ParquetPages}, or one that hides those of the decoders. */
  static IOException damaged(Exception e) {
    return e instanceof UncheckedIOException && e.getCause() instanceof IOException said
        ? said
        : new IOException("the file is damaged", e);
  }

  /** Returns the columns, without the fields that are nested in them. */
  private static List<SchemaElement> top(List<SchemaElement> schema) throws IOException {
    List<SchemaElement> top = new ArrayList<>();
    long nested = 0;
    for (SchemaElement element : schema.stream().skip(1).toList()) {
      if (nested == 0) {
        top.add(element);
        nested = 1;
      }
      nested += element.getNum_children() - 1;
      if (element.getNum_children() < 0) {
        throw new IOException(
            "column %s has a negative number of fields".formatted(element.getName()));
      }
    }
    return top;
  }

  private static List<ParquetColumn> columns(
      String name, List<SchemaElement> top, RecordKind kind, List<String> fields) {
    List<ParquetColumn> columns = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      String field = fields.get(i);
      SchemaElement element =
          top.stream()
              .filter(e -> e.getName().equals(field))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s must have the column %s, has %s"
                              .formatted(
                                  name,
                                  field,
                                  DataSource.some(
                                      top.stream().map(SchemaElement::getName).toList()))));
      columns.add(
          ParquetColumn.of(element, kind.isName(i))
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s must have text in column %s, has %s"
                              .formatted(name, field, ParquetColumn.type(element)))));
    }
    return columns;
  }

  private static @Nullable String[] texts(List<@Nullable Object> values, List<String> fields)
      throws BadRecordException {
    @Nullable String[] texts = new String[values.size()];
    for (int i = 0; i < texts.length; i++) {
      Object value = values.get(i);
      if (value == null) {
        throw new BadRecordException("field " + fields.get(i) + " must be a string, is null");
      }
      texts[i] = value instanceof ByteBuffer text ? decoded(text, fields.get(i)) : value.toString();
    }
    return texts;
  }

  private static String decoded(ByteBuffer text, String field) throws BadRecordException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw new BadRecordException("field " + field + " is not UTF-8");
    }
  }
}
