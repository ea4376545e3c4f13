package io.evomoe.models.text.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of Parquet, read by DuckDB where its driver is on the class path. */
final class ParquetRows {
  private static final String DRIVER = "org.duckdb:duckdb_jdbc";

  private ParquetRows() {}

  static void read(String name, Path file, RecordKind kind, List<String> fields, RecordSink sink) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(name + " does not exist, or is no file");
    }
    try (Connection duck = connect(name);
        Statement statement = duck.createStatement()) {
      Map<String, String> types = types(statement, file);
      String columns =
          IntStream.range(0, fields.size())
              .mapToObj(i -> column(name, types, fields.get(i), kind.isName(i)))
              .collect(Collectors.joining(", "));
      try (ResultSet rows = statement.executeQuery("SELECT " + columns + " FROM " + source(file))) {
        for (long row = 1; rows.next(); row++) {
          sink.add(row, () -> values(rows, fields));
        }
      }
    } catch (SQLException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(name + " cannot be read as Parquet: " + reason, e);
    }
  }

  private static Connection connect(String name) throws SQLException {
    Properties settings = new Properties();
    settings.setProperty("jdbc_stream_results", "true");
    // Rows in their order; what it holds is a group of them.
    settings.setProperty("threads", "1");
    settings.setProperty("memory_limit", "2GB");
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    if (DriverManager.drivers().noneMatch(d -> d.getClass().getName().startsWith("org.duckdb."))) {
      throw new IllegalArgumentException(
          "%s is Parquet, which is read with %s on the class path (EVOMOE_CLASSPATH), there is none"
              .formatted(name, DRIVER));
    }
    return DriverManager.getConnection("jdbc:duckdb:", settings);
  }

  /** The columns by name, with their types. */
  private static Map<String, String> types(Statement statement, Path file) throws SQLException {
    Map<String, String> types = new LinkedHashMap<>();
    try (ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM " + source(file))) {
      while (columns.next()) {
        types.put(columns.getString(1), columns.getString(2));
      }
    }
    return types;
  }

  private static String column(
      String name, Map<String, String> types, String field, boolean isName) {
    String type = types.get(field);
    if (type == null) {
      throw new IllegalArgumentException(
          "%s must have the column %s, has %s"
              .formatted(name, field, DataSource.some(new ArrayList<>(types.keySet()))));
    }
    boolean isText = type.equals("VARCHAR") || type.startsWith("ENUM");
    if (!isText && !(isName && type.matches("U?(TINY|SMALL|BIG)?INT(EGER)?|BOOLEAN"))) {
      throw new IllegalArgumentException(
          "%s must have text in column %s, has %s".formatted(name, field, type));
    }
    return "CAST(\"%s\" AS VARCHAR)".formatted(field.replace("\"", "\"\""));
  }

  /** The file as a table; characters that name several files are taken as they are. */
  private static String source(Path file) {
    String path = file.toString().replaceAll("([*?\\[])", "[$1]").replace("'", "''");
    return "read_parquet('" + path + "')";
  }

  private static @Nullable String[] values(ResultSet rows, List<String> fields)
      throws BadRecordException {
    @Nullable String[] values = new String[fields.size()];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = rows.getString(i + 1);
        if (values[i] == null) {
          throw new BadRecordException("field " + fields.get(i) + " must be a string, is null");
        }
      }
    } catch (SQLException e) {
      throw new BadRecordException(String.valueOf(e.getMessage()));
    }
    return values;
  }
}
