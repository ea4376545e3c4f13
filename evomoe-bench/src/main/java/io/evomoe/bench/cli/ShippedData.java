package io.evomoe.bench.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Text that comes with the project. */
final class ShippedData {
  /** Set by the launcher. */
  private static final String HOME = "evomoe.home";

  private ShippedData() {}

  static Path stateOfTheUnion() {
    Path folder = Path.of(System.getProperty(HOME, ".")).resolve("data").resolve("sotu");
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "--data is needed: the shipped text is not at " + folder.toAbsolutePath().normalize());
    }
    return folder;
  }
}
