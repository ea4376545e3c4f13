package io.evomoe.bench.run;

import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenizerFolder;
import java.nio.file.Path;
import java.util.List;

/** The tasks there are. */
public final class Tasks {
  private Tasks() {}

  /** All names. */
  public static List<String> names() {
    return List.of(GptTask.NAME);
  }

  /** Refuses a name that is none of a task. */
  public static void requireKnown(String name) {
    if (!names().contains(name)) {
      throw new IllegalArgumentException("task must be one of " + names() + ", was " + name);
    }
  }

  /** Whether the models of a task must not look ahead, in any of their layers. */
  public static boolean isCausal(String name) {
    requireKnown(name);
    return name.equals(GptTask.NAME);
  }

  /**
   * Reads data and trains a tokenizer on its training side.
   *
   * @param data a text file, or a folder with a split
   * @param tokenizerFolder where the tokenizer is saved
   */
  public static GptTask prepare(TextSplit data, RunConfig config, Path tokenizerFolder) {
    return new GptTask(
        data, TokenizerFolder.train(data.train(), config.model().vocabulary(), tokenizerFolder));
  }
}
