package io.evomoe.bench.cli;

import io.evomoe.models.text.HeldOut;

/** Options that say how data that has no split of its own is divided: shared by commands. */
final class SplitOptions extends FieldOptions {
  SplitOptions() {
    super(HeldOut.class, "--valid-share --test-share --split-seed=seed");
  }
}
