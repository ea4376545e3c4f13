package io.evomoe.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that train a GPT of their own on a text in their folder. */
abstract class TinyGpt {
  @TempDir Path folder;
  TinyRuns gpt;

  /** Of a run or comparison; not there yet. */
  Path out;

  @BeforeEach
  void write_a_text() throws IOException {
    gpt = TinyRuns.everyTask(folder).get(0);
    out = folder.resolve("out");
  }
}
