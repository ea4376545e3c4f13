package io.evomoe.bench.cli;

import static java.util.stream.Collectors.joining;

import io.evomoe.run.task.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Data that comes with the project, and the note of a report on data. */
public final class ShippedData {
  /** Set by the launcher. */
  public static final String HOME = "evomoe.home";

  private static final Map<String, String> SHIPPED =
      Map.of(
          "sotu", "State of the Union addresses",
          "wordnet", "WordNet glosses",
          "lohelp", "LibreOffice help, English to German");

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
  public static Path path(String name) {
    return home().resolve("data").resolve(name).toAbsolutePath().normalize();
  }

  /**
   * The note on a report.
   *
   * @param sources files and folders as they were given, paths or texts
   * @param counts the files and what is in them, for people; empty where they were not read
   */
  static String note(List<?> sources, Optional<String> counts) {
    List<String> names = sources.stream().map(String::valueOf).toList();
    List<Optional<String>> shipped = names.stream().map(ShippedData::shipped).toList();
    if (shipped.stream().allMatch(Optional::isPresent)) {
      return ("The data comes with EvoMoE and is small and public: %s. These numbers compare gates"
              + " with each other; they are not GLUE, WMT or OpenWebText results.")
          .formatted(shipped.stream().flatMap(Optional::stream).collect(joining(" and ")));
    }
    return ("The data is the user's own: %s. These numbers compare only with those of the same"
            + " data, split and vocabulary.")
        .formatted(
            counts
                .map(lines -> String.join("; ", lines.lines().toList()))
                .orElse(String.join(" and ", names)));
  }

  /** Name of the text that comes with the project in which a source lies. */
  private static Optional<String> shipped(String source) {
    Path path = Path.of(source).toAbsolutePath().normalize();
    return SHIPPED.entrySet().stream()
        .filter(text -> path.startsWith(path(text.getKey())))
        .findFirst()
        .map(text -> "%s (data/%s)".formatted(text.getValue(), text.getKey()));
  }
}
