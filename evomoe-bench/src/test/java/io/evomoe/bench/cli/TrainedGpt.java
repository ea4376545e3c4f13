package io.evomoe.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share a GPT, which their class trains once. */
abstract class TrainedGpt {
  @TempDir static Path shared;
  static TinyRuns gpt;

  /** Where the class trains it. */
  static Path trained;

  @TempDir Path folder;

  @BeforeAll
  static void write_a_text() throws IOException {
    gpt = TinyRuns.everyTask(shared).get(0);
    trained = shared.resolve("trained");
  }
}
