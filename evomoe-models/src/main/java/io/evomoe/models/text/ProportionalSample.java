package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes a share of texts, by length, so that each has the same chance whatever its length.
 *
 * <p>All chances begin as the share. A few texts at a time move in a direction that keeps the
 * length that is expected, up or down so that each expectation stays, until one of them is in or
 * out for certain (Deville and Tillé: pivotal method, Biometrika 85, 1998; cube method, Biometrika
 * 91, 2004). Long texts go first; what the short ones are to make up to the share follows from
 * them. Short ones are balanced in each stratum, and in their number as well (the fast form of the
 * cube method, Chauvet and Tillé, Computational Statistics 21, 2006). So the length is exact but
 * for one short text, unless a long one is too long for the others to make up for it.
 */
final class ProportionalSample {
  /** Texts beyond this part of all are long. */
  static final double LONG = 0.01;

  private static final double EXACT = 1e-9;

  private final List<Unit> units;
  private final CounterRandom random;
  private final Map<Unit, Double> chances = new LinkedHashMap<>();
  private long draws;

  private ProportionalSample(List<Unit> units, long seed) {
    this.units = units;
    this.random = new CounterRandom(seed);
  }

  /**
   * What is taken.
   *
   * @param taken of two texts or more at least one and not all
   * @param undecided a long text of which a part is to be taken, not in {@code taken}
   * @param part of it, in (0, 1); 0 if there is none
   * @param whole whether all of it is to be taken where it cannot be cut
   */
  record Sample(Set<String> taken, Optional<Unit> undecided, double part, boolean whole) {}

  static Sample of(List<Unit> texts, double share, long seed) {
    return new ProportionalSample(sorted(texts, seed), seed).draw(share, order(seed));
  }

  private Sample draw(double share, Comparator<Unit> order) {
    double wanted = share * length(units);
    double limit = LONG * length(units);
    List<Unit> longs = units.stream().filter(unit -> unit.length() > limit).toList();
    List<Unit> shorts = units.stream().filter(unit -> unit.length() <= limit).toList();
    longs.forEach(unit -> chances.put(unit, share));
    Optional<Unit> undecided = decide(longs, 2).stream().findFirst();
    double part = undecided.map(this::chance).orElse(0.0);
    boolean whole = random.uniform(draws++) < part;
    if (undecided.isPresent()) {
      double others = expected() - part * undecided.get().length();
      if (others + undecided.get().length() <= wanted + limit
          && wanted - others <= length(shorts) + limit) {
        chances.put(undecided.get(), whole ? 1.0 : 0.0);
        undecided = Optional.empty();
        part = 0;
      }
    }
    drawShort(shorts, wanted - expected(), order);
    return new Sample(taken(undecided.isPresent()), undecided, part, whole);
  }

  private void drawShort(List<Unit> shorts, double wanted, Comparator<Unit> order) {
    double chance = Math.min(1, Math.max(0, wanted / length(shorts)));
    shorts.forEach(unit -> chances.put(unit, chance));
    List<Unit> rest = new ArrayList<>();
    shorts.stream()
        .collect(Collectors.groupingBy(Unit::stratum, LinkedHashMap::new, Collectors.toList()))
        .values()
        .forEach(stratum -> rest.addAll(decide(stratum, 3)));
    rest.sort(order);
    for (Unit last : decide(rest, 2)) {
      chances.put(last, random.uniform(draws++) < chance(last) ? 1.0 : 0.0);
    }
  }

  private Set<String> taken(boolean another) {
    List<Unit> in = new ArrayList<>(units);
    in.removeIf(unit -> chance(unit) < 1);
    Unit shortest = units.get(units.size() - 1);
    if (in.isEmpty() && !another) {
      in.add(shortest);
    } else if (in.size() == units.size() && in.size() > 1) {
      in.remove(shortest);
    }
    return in.stream().map(Unit::text).collect(Collectors.toSet());
  }

  private double expected() {
    double sum = 0;
    for (Map.Entry<Unit, Double> unit : chances.entrySet()) {
      sum += unit.getValue() * unit.getKey().length();
    }
    return sum;
  }

  private static double length(List<Unit> units) {
    return units.stream().mapToLong(Unit::length).sum();
  }

  /** Equal texts as one, longest first, those of a length in an order that the seed gives. */
  private static List<Unit> sorted(List<Unit> texts, long seed) {
    Map<String, Unit> distinct = new LinkedHashMap<>();
    for (Unit unit : texts) {
      distinct.merge(
          unit.text(),
          unit,
          (one, other) -> new Unit(one.text(), one.length() + other.length(), one.stratum()));
    }
    return distinct.values().stream().sorted(order(seed)).toList();
  }

  private static Comparator<Unit> order(long seed) {
    return Comparator.comparingLong(Unit::length)
        .reversed()
        .thenComparingLong(unit -> CounterRandom.fold(seed, unit.text()))
        .thenComparing(Unit::text);
  }

  private double chance(Unit unit) {
    return chances.getOrDefault(unit, 0.0);
  }

  /** Decides so many at a time, until fewer are undecided, which are returned. */
  private List<Unit> decide(List<Unit> units, int atATime) {
    List<Unit> open = new ArrayList<>();
    for (Unit unit : units) {
      if (isOpen(unit)) {
        open.add(unit);
      }
      if (open.size() == atATime) {
        move(open, atATime == 3 ? direction3(open) : direction2(open));
        open.removeIf(moved -> !isOpen(moved));
      }
    }
    return open;
  }

  private boolean isOpen(Unit unit) {
    return chance(unit) > 0 && chance(unit) < 1;
  }

  /** Changes neither the length nor the number. */
  private static double[] direction3(List<Unit> open) {
    double a = open.get(0).length();
    double b = open.get(1).length();
    double c = open.get(2).length();
    return a == c ? new double[] {1, -1, 0} : scaled(c - b, a - c, b - a);
  }

  /** Does not change the length. */
  private static double[] direction2(List<Unit> open) {
    double first = open.get(0).length();
    double second = open.get(1).length();
    return scaled(second, -first);
  }

  private static double[] scaled(double... direction) {
    double largest = 0;
    for (double value : direction) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < direction.length; i++) {
      direction[i] /= largest;
    }
    return direction;
  }

  private void move(List<Unit> open, double[] direction) {
    double up = Double.POSITIVE_INFINITY;
    double down = Double.POSITIVE_INFINITY;
    for (int i = 0; i < direction.length; i++) {
      double toOne = (1 - chance(open.get(i))) / Math.abs(direction[i]);
      double toZero = chance(open.get(i)) / Math.abs(direction[i]);
      up = Math.min(up, direction[i] > 0 ? toOne : toZero);
      down = Math.min(down, direction[i] > 0 ? toZero : toOne);
    }
    double step = random.uniform(draws++) * (up + down) < down ? up : -down;
    for (int i = 0; i < direction.length; i++) {
      double moved = chance(open.get(i)) + step * direction[i];
      chances.put(open.get(i), moved < EXACT ? 0 : moved > 1 - EXACT ? 1 : moved);
    }
  }
}
