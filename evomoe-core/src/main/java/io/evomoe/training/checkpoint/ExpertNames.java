package io.evomoe.training.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which arrays belong to experts: {@code LAYER.experts.NUMBER.REST}. */
final class ExpertNames {
  private static final Pattern EXPERT = Pattern.compile("(?:(.*)\\.)?experts\\.(\\d+)\\.(.*)");

  private ExpertNames() {}

  /**
   * The parts of an expert's name.
   *
   * @param layer dotted name of the MoE layer, empty at the root
   * @param expert number, from 0
   * @param rest name inside of the expert
   */
  record ExpertName(String layer, int expert, String rest) {
    /** The same array of another expert. */
    String of(int other) {
      return (layer.isEmpty() ? "" : layer + ".") + "experts." + other + "." + rest;
    }
  }

  static Optional<ExpertName> parse(String name) {
    Matcher matcher = EXPERT.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new ExpertName(
                Optional.ofNullable(matcher.group(1)).orElse(""),
                Integer.parseInt(matcher.group(2)),
                matcher.group(3)))
        : Optional.empty();
  }

  /** Number of experts of each layer. */
  static Map<String, Integer> counts(Set<String> names) {
    Map<String, Integer> counts = new TreeMap<>();
    names.forEach(
        name ->
            parse(name)
                .ifPresent(part -> counts.merge(part.layer(), part.expert() + 1, Math::max)));
    return counts;
  }

  /** Refuses arrays of another number of experts than a file has, before names are compared. */
  static void requireSameCounts(Path file, Set<String> inFile, Set<String> wanted) {
    Map<String, Integer> there = counts(inFile);
    counts(wanted)
        .forEach(
            (layer, experts) -> {
              int found = there.getOrDefault(layer, experts);
              if (found != experts) {
                throw new CheckpointException(
                    "%s has %d experts in layer %s, the model has %d: convert the checkpoint first"
                        .formatted(file, found, layer, experts));
              }
            });
  }
}
