package io.evomoe.bench.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Data that comes with the project. */
final class ShippedData {
  /** Set by the launcher. */
  static final String HOME = "evomoe.home";

  private ShippedData() {}

  /** The folder of this name below {@code data}. */
  static Path folder(String name) {
    Path folder = Path.of(System.getProperty(HOME, ".")).resolve("data").resolve(name);
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "--data is needed: the shipped data is not at " + folder.toAbsolutePath().normalize());
    }
    return folder;
  }
}
