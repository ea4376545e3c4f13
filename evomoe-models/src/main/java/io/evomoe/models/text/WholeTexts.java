package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes a share of texts, none of which is cut; each stratum keeps one. */
final class WholeTexts {
  private WholeTexts() {}

  /**
   * Chooses at random, in proportion.
   *
   * @return none only if no stratum has two texts
   */
  static Set<String> choose(List<Unit> units, double share, long seed) {
    List<Unit> spare = ofStrataWithTwo(units);
    if (spare.isEmpty()) {
      return Set.of();
    }
    ProportionalSample.Sample sample = ProportionalSample.of(spare, share, seed);
    Set<String> taken = new HashSet<>(sample.taken());
    sample
        .undecided()
        .filter(unit -> taken.isEmpty() || sample.whole())
        .ifPresent(unit -> taken.add(unit.text()));
    giveBackOneOfEmptiedStrata(spare, taken);
    return Set.copyOf(taken);
  }

  private static List<Unit> ofStrataWithTwo(List<Unit> units) {
    Map<String, Set<String>> texts = new HashMap<>();
    for (Unit unit : units) {
      texts.computeIfAbsent(unit.stratum(), stratum -> new HashSet<>()).add(unit.text());
    }
    return units.stream()
        .filter(unit -> texts.getOrDefault(unit.stratum(), Set.of()).size() > 1)
        .toList();
  }

  private static void giveBackOneOfEmptiedStrata(List<Unit> units, Set<String> taken) {
    Map<String, List<Unit>> strata = units.stream().collect(Collectors.groupingBy(Unit::stratum));
    for (List<Unit> stratum : strata.values()) {
      if (stratum.stream().allMatch(unit -> taken.contains(unit.text()))) {
        stratum.stream()
            .min(Comparator.comparingLong(Unit::length))
            .ifPresent(shortest -> taken.remove(shortest.text()));
      }
    }
  }
}
