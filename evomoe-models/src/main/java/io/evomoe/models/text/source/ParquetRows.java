package io.evomoe.models.text.source;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a Parquet file. */
final class ParquetRows {
  private static final String MAGIC = "PAR1";

  /** Bytes at the end of a file: the length of the footer, then the magic. */
  private static final int TAIL = 8;

  private ParquetRows() {}

  static void read(RecordFormat.Request request, RecordFormat.Records sink) {
    String name = request.name();
    Path file = request.file();
    List<String> fields = request.fields();
    FileTree.requireExists(name, file);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(name + " is no file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      FileMetaData footer = footer(channel);
      List<ParquetColumn> columns = columns(request, top(footer.getSchema()));
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
    long end = Math.max(0, channel.size() - TAIL);
    InputStream file = Channels.newInputStream(channel.position(end));
    ByteBuffer tail = ByteBuffer.wrap(file.readNBytes(TAIL)).order(ByteOrder.LITTLE_ENDIAN);
    if (!StandardCharsets.US_ASCII.decode(tail.duplicate()).toString().endsWith(MAGIC)) {
      throw new IOException("the file does not end with " + MAGIC);
    }
    int length = tail.getInt(0);
    if (length < 0 || length > end) {
      throw new IOException("its footer cannot have %d bytes".formatted(length));
    }
    channel.position(end - length);
    FileMetaData footer;
    try {
      footer = Util.readFileMetaData(file, length);
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
      RecordFormat.Request request, List<SchemaElement> top) {
    String name = request.name();
    List<String> fields = request.fields();
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
          ParquetColumn.of(element, request.kind().isName(i))
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

  /** A Parquet column of text, or of class names: text, integers or booleans. */
  private static final class ParquetColumn {
    private static final Set<String> TEXT = Set.of("STRING", "UTF8", "ENUM");
    private static final Pattern NAME = Pattern.compile("BOOLEAN|INTEGER|INT32|INT64|U?INT_\\d+");

    private final SchemaElement element;
    private final ColumnDescriptor descriptor;
    private final boolean isUnsigned;
    private @Nullable ColumnReader reader;

    private ParquetColumn(SchemaElement element) {
      this.element = element;
      boolean isOptional = element.getRepetition_type() == FieldRepetitionType.OPTIONAL;
      PrimitiveType type =
          new PrimitiveType(
              isOptional ? Repetition.OPTIONAL : Repetition.REQUIRED,
              element.getType() == Type.BYTE_ARRAY
                  ? PrimitiveTypeName.BINARY
                  : PrimitiveTypeName.valueOf(element.getType().name()),
              element.getName());
      this.descriptor =
          new ColumnDescriptor(new String[] {element.getName()}, type, 0, isOptional ? 1 : 0);
      this.isUnsigned =
          (element.isSetLogicalType() && element.getLogicalType().isSetINTEGER())
              ? !element.getLogicalType().getINTEGER().isIsSigned()
              : type(element).startsWith("UINT_");
    }

    /** Returns the column, or nothing if it holds neither text nor, where allowed, class names. */
    static Optional<ParquetColumn> of(SchemaElement element, boolean isName) {
      String type = type(element);
      boolean isText = TEXT.contains(type) && element.getType() == Type.BYTE_ARRAY;
      boolean isNameOfClass = isName && NAME.matcher(type).matches();
      return isText || isNameOfClass ? Optional.of(new ParquetColumn(element)) : Optional.empty();
    }

    /** Returns the logical type, if the file has one, or the physical type. */
    static String type(SchemaElement element) {
      if (!element.isSetType()) {
        return "nested fields";
      }
      Object type =
          element.isSetLogicalType()
              ? element.getLogicalType().getSetField()
              : element.isSetConverted_type() ? element.getConverted_type() : element.getType();
      return (element.getRepetition_type() == FieldRepetitionType.REPEATED ? "lists of " : "")
          + type;
    }

    /** Moves to the first value of a row group. */
    void start(RowGroup group, FileChannel channel) throws IOException {
      ColumnMetaData chunk =
          group.getColumns().stream()
              .map(ColumnChunk::getMeta_data)
              .filter(c -> c != null && c.getPath_in_schema().equals(List.of(element.getName())))
              .findFirst()
              .orElseThrow(() -> new IOException("a row group lacks column " + element.getName()));
      if (chunk.getNum_values() != group.getNum_rows()) {
        throw new IOException(
            "column %s has %d values in a row group of %d rows"
                .formatted(element.getName(), chunk.getNum_values(), group.getNum_rows()));
      }
      try {
        ParquetPages pages =
            new ParquetPages(channel, chunk, descriptor.getMaxDefinitionLevel() > 0);
        reader = new ColumnReaderImpl(descriptor, pages, new PrimitiveConverter() {}, null);
      } catch (RuntimeException e) {
        throw ParquetRows.damaged(e);
      }
    }

    /** Returns the next value: the bytes of a text, an object that prints as the name, or null. */
    @Nullable Object next() throws IOException {
      ColumnReader from = Objects.requireNonNull(reader);
      try {
        boolean isNull = from.getCurrentDefinitionLevel() < descriptor.getMaxDefinitionLevel();
        Object value = isNull ? null : value(from);
        from.consume();
        return value;
      } catch (RuntimeException e) {
        throw ParquetRows.damaged(e);
      }
    }

    private Object value(ColumnReader from) {
      return switch (element.getType()) {
        case BOOLEAN -> from.getBoolean();
        case INT32 -> isUnsigned ? Integer.toUnsignedLong(from.getInteger()) : from.getInteger();
        case INT64 -> isUnsigned ? Long.toUnsignedString(from.getLong()) : (Object) from.getLong();
        default -> from.getBinary().toByteBuffer();
      };
    }
  }
}
