package io.evomoe.bench.cli;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a report says at its end: what the data was, and what its numbers compare with. */
final class DataNote {
  private static final Map<String, String> SHIPPED =
      Map.of(
          "sotu", "State of the Union addresses",
          "wordnet", "WordNet glosses",
          "lohelp", "LibreOffice help, English to German");

  private DataNote() {}

  /**
   * The note on a report.
   *
   * @param sources files and folders as they were given
   * @param counts the files and what is in them, for people; empty where they were not read
   */
  static String of(List<String> sources, Optional<String> counts) {
    List<Optional<String>> shipped = sources.stream().map(DataNote::shipped).toList();
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
                .orElse(String.join(" and ", sources)));
  }

  /** Files and folders on this machine by their names. */
  static List<String> names(List<Path> sources) {
    return sources.stream().map(Path::toString).toList();
  }

  /** Name of the text that comes with the project in which a source lies. */
  private static Optional<String> shipped(String source) {
    Path path = Path.of(source).toAbsolutePath().normalize();
    return SHIPPED.entrySet().stream()
        .filter(text -> path.startsWith(ShippedData.path(text.getKey())))
        .findFirst()
        .map(text -> "%s (data/%s)".formatted(text.getValue(), text.getKey()));
  }
}
