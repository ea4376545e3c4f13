package io.evomoe.run.data;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** The rows of a query to a database. */
record QueryDataset(String name, Connections connections, String sql) implements Dataset {
  private static final int ROWS_AT_ONCE = 1000;

  @Override
  public void read(Consumer<List<String>> taker) {
    try (Connection connection = connections.open();
        Statement statement = connection.createStatement()) {
      statement.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet rows = statement.executeQuery(sql)) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          List<String> row = new ArrayList<>(columns);
          for (int i = 1; i <= columns; i++) {
            row.add(Objects.requireNonNullElse(rows.getString(i), ""));
          }
          taker.accept(row);
        }
      }
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "the query of %s failed: %s".formatted(name, e.getMessage()), e);
    }
  }
}
