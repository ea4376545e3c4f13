package io.evomoe.bench.cli;

import io.evomoe.run.task.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Data that comes with the project. */
final class ShippedData {
  /** Set by the launcher. */
  static final String HOME = "evomoe.home";

  private ShippedData() {}

  /** The project's folder. */
  static Path home() {
    return Path.of(System.getProperty(HOME, "."));
  }

  /** The folders that come for a task. */
  static List<Path> of(String task) {
    List<String> shipped = Tasks.named(task).shippedData();
    if (shipped.isEmpty()) {
      throw new IllegalArgumentException("--data is required for task " + task);
    }
    return shipped.stream().map(ShippedData::folder).toList();
  }

  /** The folder of this name below {@code data}. */
  static Path folder(String name) {
    Path folder = path(name);
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "--data is required: the data of the project is not at " + folder);
    }
    return home().resolve("data").resolve(name);
  }

  /** Where the folder of this name is, or would be. */
  static Path path(String name) {
    return home().resolve("data").resolve(name).toAbsolutePath().normalize();
  }
}
