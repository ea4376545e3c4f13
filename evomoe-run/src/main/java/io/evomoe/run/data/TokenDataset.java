package io.evomoe.run.data;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Encoded text. */
record TokenDataset(String name, Supplier<IntStream> ids) implements Dataset {
  @Override
  public void read(Consumer<List<String>> taker) {
    throw new IllegalArgumentException(name + " holds token ids, which only language models read");
  }

  @Override
  public Optional<IntStream> tokens() {
    return Optional.of(ids.get());
  }
}
