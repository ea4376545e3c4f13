package io.evomoe.models.text.source;

import java.io.IOException;
import java.nio.channels.FileChannel;
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
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/** A Parquet column of text, or of class names: text, integers or booleans. */
final class ParquetColumn {
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
    return (element.getRepetition_type() == FieldRepetitionType.REPEATED ? "lists of " : "") + type;
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
    ParquetPages pages = new ParquetPages(channel, chunk, descriptor.getMaxDefinitionLevel() > 0);
    try {
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
