package io.evomoe.run.data;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.Sha256;
import io.evomoe.models.text.source.DataForm;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Data of a program: rows that a function reads, or token ids.
 *
 * @param ids opens the token ids, if the data is encoded
 */
record RowDataset(
    String name,
    Consumer<Consumer<List<String>>> rows,
    Supplier<Optional<IntStream>> ids,
    boolean hasChats)
    implements Dataset {
  private static final int ROWS_AT_ONCE = 1000;

  RowDataset(String name, Consumer<Consumer<List<String>>> rows) {
    this(name, rows, Optional::empty, false);
  }

  @Override
  public void read(Consumer<List<String>> taker) {
    rows.accept(taker);
  }

  @Override
  public Optional<IntStream> tokens() {
    return ids.get();
  }

  /** Returns encoded text. */
  static RowDataset ofTokens(String name, Supplier<IntStream> ids) {
    return new RowDataset(
        name,
        taker -> {
          throw new IllegalArgumentException(
              name + " holds token ids, which only language models read");
        },
        () -> Optional.of(ids.get()),
        false);
  }

  /** Reads the rows of a query to a database. */
  static void query(
      String name, Dataset.Connections connections, String sql, Consumer<List<String>> taker) {
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

  /**
   * Returns the SHA-256 of rows or token ids. Lengths keep different rows with the same text apart.
   */
  static String digest(Dataset data) {
    Sha256 all = new Sha256();
    data.tokens()
        .ifPresentOrElse(
            ids -> ids.forEachOrdered(id -> all.add(id + " ")),
            () ->
                data.read(
                    row -> {
                      all.add(row.size() + " ");
                      row.forEach(value -> all.add(value.length() + " " + value));
                    }));
    return all.hex();
  }

  /** Data of a program with a validation set of its own. */
  record Validated(Dataset train, Dataset valid) implements Dataset {
    /** Rejects files, which have a split of their own. */
    Validated {
      if (!train.paths().isEmpty() || !valid.paths().isEmpty()) {
        throw new IllegalArgumentException(
            "files have their validation set in a folder of train and valid, were given as "
                + train.name());
      }
    }

    @Override
    public String name() {
      return train.name();
    }

    @Override
    public void read(Consumer<List<String>> taker) {
      train.read(taker);
    }

    @Override
    public Optional<IntStream> tokens() {
      return train.tokens();
    }

    @Override
    public boolean hasChats() {
      return train.hasChats();
    }

    @Override
    public Optional<Dataset> validation() {
      return Optional.of(valid);
    }

    @Override
    public String digest() {
      return digest(DataForm.DEFAULT);
    }

    @Override
    public String digest(DataForm form) {
      return Fingerprint.of(train.digest(form), valid.digest(form));
    }
  }
}
