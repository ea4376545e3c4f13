package io.evomoe.run.data;

import io.evomoe.internal.files.Fingerprint;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Data of a program with a validation set of its own. */
record ValidatedDataset(Dataset train, Dataset valid) implements Dataset {

  /** Rejects files, which have a split of their own. */
  ValidatedDataset {
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
  public Optional<Dataset> validation() {
    return Optional.of(valid);
  }

  @Override
  public String digest() {
    return Fingerprint.of(train.digest(), valid.digest());
  }
}
