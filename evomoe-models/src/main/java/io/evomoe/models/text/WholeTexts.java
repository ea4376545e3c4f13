package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.random.CounterRandom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Selects a share of texts without cutting any; each stratum keeps one. */
final class WholeTexts {
  private WholeTexts() {}

  /**
   * Selects at random, in proportion.
   *
   * @return none only if no stratum has two texts
   */
  static Set<String> choose(List<Unit> units, double share, long seed) {
    List<Unit> spare = ofStrataWithTwo(units);
    if (spare.isEmpty()) {
      return Set.of();
    }
    List<Unit> sorted = sorted(spare, seed);
    ProportionalSample.Sample sample =
        ProportionalSample.of(
            sorted.stream().mapToLong(Unit::length).toArray(), strata(sorted), share, seed);
    Set<String> taken = new HashSet<>();
    sample.taken().stream().forEach(i -> taken.add(sorted.get(i).text()));
    if (sample.undecided() >= 0 && (taken.isEmpty() || sample.whole())) {
      taken.add(sorted.get(sample.undecided()).text());
    }
    giveBackOneOfEmptiedStrata(units, taken);
    return Set.copyOf(taken);
  }

  /** Returns distinct texts, longest first; the seed gives the order within a length. */
  private static List<Unit> sorted(List<Unit> texts, long seed) {
    Map<String, Unit> distinct = new LinkedHashMap<>();
    for (Unit unit : texts) {
      distinct.merge(
          unit.text(),
          unit,
          (one, other) -> new Unit(one.text(), one.length() + other.length(), one.stratum()));
    }
    return distinct.values().stream()
        .sorted(
            Comparator.comparingLong(Unit::length)
                .reversed()
                .thenComparingLong(unit -> CounterRandom.fold(seed, unit.text()))
                .thenComparing(Unit::text))
        .toList();
  }

  /** Returns the index of each text's stratum. */
  private static int[] strata(List<Unit> units) {
    Map<String, Integer> numbers = new HashMap<>();
    return units.stream()
        .mapToInt(unit -> numbers.computeIfAbsent(unit.stratum(), name -> numbers.size()))
        .toArray();
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
