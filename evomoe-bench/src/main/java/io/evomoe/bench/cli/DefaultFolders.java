package io.evomoe.bench.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Folders for results when none is asked for: {@code runs/NAME}, {@code runs/NAME-2} and so on. */
final class DefaultFolders {
  private DefaultFolders() {}

  static Path next(String name) {
    Path runs = Path.of("runs");
    Path folder = runs.resolve(name);
    for (int i = 2; Files.exists(folder); i++) {
      folder = runs.resolve(name + "-" + i);
    }
    return folder;
  }
}
