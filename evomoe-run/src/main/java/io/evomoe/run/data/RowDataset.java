package io.evomoe.run.data;

import java.util.List;
import java.util.function.Consumer;

/** Rows that a function reads. */
record RowDataset(String name, Consumer<Consumer<List<String>>> rows) implements Dataset {
  @Override
  public void read(Consumer<List<String>> taker) {
    rows.accept(taker);
  }
}
