package io.evomoe.models.text;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.random.CounterRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rule that divides texts without a split into training, validation and test sets. A hash of
 * the seed and the text chooses, so the place of a text has no effect and equal texts are in the
 * same set, also if they differ only in case, digits, punctuation or white space. Each class is
 * divided separately and keeps a text for training. The size of a set differs from its share by
 * half a text, as a rule. A text longer than twice the share stays in training.
 */
// Configurations of recorded studies have the field, with the value random.
@JsonIgnoreProperties("rule")
public record HeldOut(
    @Field(
            doc = "share of the text in the validation set, if the data has no split",
            initial = "0.05",
            above = 0,
            below = 1)
        double validShare,
    @Field(
            doc =
                "share of the text in the test set, with `validShare` below 1; 0 for no test "
                    + "set",
            initial = "0",
            min = 0,
            below = 1)
        double testShare,
    @Field(doc = "seed of the selection", initial = "1") long seed) {
  /** 5 % for validation, no test set, seed 1. */
  public static final HeldOut DEFAULT = Fields.defaults(HeldOut.class);

  /** Rejects shares out of bounds. */
  public HeldOut {
    Fields.require(HeldOut.class, validShare, testShare, seed);
    if (testShare + validShare >= 1) {
      throw new IllegalArgumentException(
          "testShare must be at least 0, and below 1 together with validShare %s, was %s"
              .formatted(validShare, testShare));
    }
  }

  /** Returns the same seed with other shares. */
  public HeldOut withShares(double valid, double test) {
    return new HeldOut(valid, test, seed);
  }

  /** Rejects non-default values that have no effect, because all paths have a split. */
  public void requireUse(List<Path> paths) {
    if (!equals(DEFAULT) && paths.stream().allMatch(DataSource::isDivided)) {
      throw new IllegalArgumentException(
          "validShare, testShare and seed of the split are for texts that have none, %s has one of its own"
              .formatted(paths.stream().map(Path::toString).collect(Collectors.joining(" and "))));
    }
  }

  /**
   * A text that is not divided.
   *
   * @param hash of the text
   * @param group a hash that is the same for texts that stay together ({@link TextHash})
   * @param length in characters, or 1 if all texts count alike
   * @param stratum such as a class, the same for equal texts
   */
  public record Unit(long hash, long group, long length, String stratum) {
    /** Returns a text that counts as all others do. */
    public static Unit of(String text, String stratum) {
      TextHash hash = new TextHash().add(text);
      return new Unit(hash.exact(), hash.value(), 1, stratum);
    }
  }

  /**
   * Divides examples, which keep their order.
   *
   * @param name of the examples, for messages
   * @throws IllegalArgumentException if there are too few different texts
   */
  public <E> Split<List<E>> divide(String name, List<E> examples, Function<E, Unit> unit) {
    return divide(name, examples.stream().map(unit).toList())
        .map(set -> set.stream().mapToObj(examples::get).toList());
  }

  /**
   * Divides texts.
   *
   * @return the indices of each set
   */
  Split<BitSet> divide(String name, List<Unit> units) {
    Collection<List<Unit>> strata =
        distinct(units).stream()
            .collect(Collectors.groupingBy(Unit::stratum, TreeMap::new, Collectors.toList()))
            .values();
    BitSet valid = indices(units, take(strata, validShare, name, "validation"));
    Optional<BitSet> test =
        testShare == 0
            ? Optional.empty()
            : Optional.of(indices(units, take(strata, testShare / (1 - validShare), name, "test")));
    BitSet train = new BitSet();
    train.set(0, units.size());
    train.andNot(valid);
    test.ifPresent(train::andNot);
    return new Split<>(train, valid, test);
  }

  /** Returns different texts in the order of the seeded hash; equal ones count together. */
  private List<Unit> distinct(List<Unit> units) {
    List<Unit> sorted = new ArrayList<>(units);
    sorted.sort(
        Comparator.<Unit>comparingLong(unit -> CounterRandom.fold(seed, unit.hash))
            .thenComparingLong(Unit::hash));
    Map<Long, Unit> distinct = new LinkedHashMap<>();
    for (Unit unit : sorted) {
      distinct.merge(
          unit.group,
          unit,
          (one, other) -> new Unit(one.hash, one.group, one.length + other.length, one.stratum));
    }
    return new ArrayList<>(distinct.values());
  }

  /** Removes a share from the strata. Each keeps its first text, and what it owes goes on. */
  private static Set<Long> take(
      Collection<List<Unit>> strata, double share, String name, String set) {
    Set<Long> taken = new HashSet<>();
    double owed = 0;
    for (List<Unit> stratum : strata) {
      List<Unit> spare = stratum.subList(1, stratum.size());
      owed += spare.isEmpty() ? 0 : share * stratum.stream().mapToLong(Unit::length).sum();
      double all = owed;
      for (Unit unit : spare) {
        if (unit.length <= 2 * owed) {
          taken.add(unit.group);
          owed -= unit.length;
        } else if (unit.length <= 2 * all) {
          break;
        }
      }
    }
    if (taken.isEmpty()) {
      taken.add(
          strata.stream()
              .flatMap(stratum -> stratum.stream().skip(1))
              .min(Comparator.comparingLong(Unit::length))
              .orElseThrow(() -> tooFew(name, set))
              .group);
    }
    strata.forEach(stratum -> stratum.removeIf(unit -> taken.contains(unit.group)));
    return taken;
  }

  private static IllegalArgumentException tooFew(String name, String set) {
    return new IllegalArgumentException(
        "%s has too few different texts for a %s set: each class, or all text, keeps one for training"
            .formatted(name, set));
  }

  private static BitSet indices(List<Unit> units, Set<Long> groups) {
    BitSet indices = new BitSet();
    IntStream.range(0, units.size())
        .filter(i -> groups.contains(units.get(i).group))
        .forEach(indices::set);
    return indices;
  }
}
