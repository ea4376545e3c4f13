package io.evomoe.models.text.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Writes records in every form in which they are read. */
public final class WrittenForms {
  private static final ObjectMapper JSON = new ObjectMapper();

  private WrittenForms() {}

  /** Writes a text, packed as the name says. */
  public static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out =
            file.toString().endsWith(".gz")
                ? new GZIPOutputStream(raw)
                : file.toString().endsWith(".zst") ? new ZstdOutputStream(raw) : raw) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  /** Records as JSON Lines, with fields that nobody wants between those that are. */
  public static String jsonLines(List<String> names, List<List<String>> records) {
    StringBuilder lines = new StringBuilder();
    for (List<String> record : records) {
      ObjectNode object = JSON.createObjectNode();
      object.put("id", lines.length());
      object.putObject("meta").put(names.get(0), "another").putArray("list").add(1).add("two");
      for (int i = 0; i < names.size(); i++) {
        object.put(names.get(i), record.get(i));
      }
      object.putNull("more");
      lines.append(object).append('\n');
    }
    return lines.toString();
  }

  /** Records as CSV or TSV, each field that needs it in quotes, with a column that nobody wants. */
  public static String separated(
      char separator, String end, List<String> names, List<List<String>> records) {
    return Stream.concat(Stream.of(names), records.stream())
        .map(
            record ->
                Stream.concat(Stream.of("n"), record.stream())
                    .map(field -> quoted(field.replace("\n", end), separator))
                    .collect(Collectors.joining(Character.toString(separator))))
        .collect(Collectors.joining(end, "", end));
  }

  private static String quoted(String field, char separator) {
    boolean isPlain =
        field.indexOf(separator) < 0
            && field.indexOf('"') < 0
            && field.indexOf('\n') < 0
            && field.indexOf('\r') < 0;
    return isPlain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  /**
   * Writes records as Parquet.
   *
   * @param columns with their types, such as {@code text VARCHAR}
   */
  public static Path parquet(Path file, List<String> columns, List<List<Object>> records)
      throws SQLException {
    return parquet(file, columns, records, "ROW_GROUP_SIZE 2048");
  }

  /**
   * Writes records as Parquet.
   *
   * @param options of DuckDB, such as {@code COMPRESSION gzip, PARQUET_VERSION V2}
   */
  public static Path parquet(
      Path file, List<String> columns, List<List<Object>> records, String options)
      throws SQLException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute("CREATE TABLE t (" + String.join(", ", columns) + ")");
      String marks = columns.stream().map(column -> "?").collect(Collectors.joining(", "));
      try (PreparedStatement insert =
          duck.prepareStatement("INSERT INTO t VALUES (" + marks + ")")) {
        for (List<Object> record : records) {
          for (int i = 0; i < columns.size(); i++) {
            insert.setObject(i + 1, record.get(i));
          }
          insert.addBatch();
        }
        insert.executeBatch();
      }
      String path = file.toString().replace("'", "''");
      statement.execute("COPY t TO '" + path + "' (FORMAT parquet, " + options + ")");
    }
    return file;
  }
}
