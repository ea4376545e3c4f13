package io.evomoe.models.text;

import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Selects a share of texts by length, so that each has the same chance whatever its length.
 *
 * <p>All probabilities begin as the share. A few texts at a time move in a direction that keeps the
 * expected length, up or down with unchanged expectation, until one of them is in or out (Deville
 * and Tillé: pivotal method, Biometrika 85, 1998; cube method, Biometrika 91, 2004). Long texts
 * come first; short ones then fill up the share. Short ones are balanced in each stratum, and in
 * number as well (fast cube method, Chauvet and Tillé, Computational Statistics 21, 2006). The
 * length is exact up to one short text, unless a long one is too long for the others to compensate.
 */
final class ProportionalSample {
  /** Texts above this share of all are long. */
  static final double LONG = 0.01;

  private static final double EXACT = 1e-9;

  private final long[] lengths;
  private final int[] strata;
  private final double[] chances;
  private final CounterRandom random;
  private long draws;

  private ProportionalSample(long[] lengths, int[] strata, long seed) {
    this.lengths = lengths;
    this.strata = strata;
    this.chances = new double[lengths.length];
    this.random = new CounterRandom(seed);
  }

  /**
   * A sample.
   *
   * @param taken indices of texts; of two texts or more, at least one and not all
   * @param undecided index of a long text of which a part is taken, not in {@code taken}; -1 for
   *     none
   * @param part of it, in (0, 1); 0 for none
   * @param whole whether to take all of it if it cannot be cut
   */
  record Sample(BitSet taken, int undecided, double part, boolean whole) {}

  /**
   * Draws a sample.
   *
   * @param lengths of distinct texts, from the longest to the shortest; the seed gives the order
   *     within a length
   * @param strata index of each text's stratum, at least 0
   */
  static Sample of(long[] lengths, int[] strata, double share, long seed) {
    return new ProportionalSample(lengths, strata, seed).draw(share);
  }

  private Sample draw(double share) {
    double all = length(0, lengths.length);
    double wanted = share * all;
    double limit = LONG * all;
    int longs = 0;
    while (longs < lengths.length && lengths[longs] > limit) {
      longs++;
    }
    Arrays.fill(chances, 0, longs, share);
    List<Integer> left = decide(IntStream.range(0, longs), 2);
    int undecided = left.isEmpty() ? -1 : left.get(0);
    double part = undecided < 0 ? 0 : chances[undecided];
    boolean whole = random.uniform(draws++) < part;
    if (undecided >= 0) {
      double others = expected(longs) - part * lengths[undecided];
      if (others + lengths[undecided] <= wanted + limit
          && wanted - others <= length(longs, lengths.length) + limit) {
        chances[undecided] = whole ? 1 : 0;
        undecided = -1;
        part = 0;
      }
    }
    drawShort(longs, wanted - expected(longs));
    return new Sample(taken(undecided >= 0), undecided, part, whole);
  }

  private void drawShort(int first, double wanted) {
    double chance = Math.min(1, Math.max(0, wanted / length(first, lengths.length)));
    Arrays.fill(chances, first, lengths.length, chance);
    List<Integer> rest = new ArrayList<>();
    for (BitSet stratum : strataFrom(first)) {
      rest.addAll(decide(stratum.stream(), 3));
    }
    rest.sort(null);
    for (int last : decide(rest.stream().mapToInt(i -> i), 2)) {
      chances[last] = random.uniform(draws++) < chances[last] ? 1 : 0;
    }
  }

  /** Returns the texts of each stratum. */
  private Iterable<BitSet> strataFrom(int first) {
    Map<Integer, BitSet> texts = new LinkedHashMap<>();
    for (int i = first; i < lengths.length; i++) {
      texts.computeIfAbsent(strata[i], stratum -> new BitSet()).set(i);
    }
    return texts.values();
  }

  private BitSet taken(boolean another) {
    BitSet in = new BitSet(lengths.length);
    for (int i = 0; i < lengths.length; i++) {
      in.set(i, chances[i] >= 1);
    }
    int shortest = lengths.length - 1;
    if (in.isEmpty() && !another) {
      in.set(shortest);
    } else if (in.cardinality() == lengths.length && lengths.length > 1) {
      in.clear(shortest);
    }
    return in;
  }

  private double expected(int longs) {
    double sum = 0;
    for (int i = 0; i < longs; i++) {
      sum += chances[i] * lengths[i];
    }
    return sum;
  }

  private double length(int from, int to) {
    return Arrays.stream(lengths, from, to).sum();
  }

  /** Decides {@code atATime} texts at a time, until fewer are undecided; returns those. */
  private List<Integer> decide(IntStream texts, int atATime) {
    List<Integer> open = new ArrayList<>();
    texts.forEach(
        text -> {
          if (isOpen(text)) {
            open.add(text);
          }
          if (open.size() == atATime) {
            move(open, atATime == 3 ? direction3(open) : direction2(open));
            open.removeIf(moved -> !isOpen(moved));
          }
        });
    return open;
  }

  private boolean isOpen(int text) {
    return chances[text] > 0 && chances[text] < 1;
  }

  /** Changes neither the length nor the number. */
  private double[] direction3(List<Integer> open) {
    double a = lengths[open.get(0)];
    double b = lengths[open.get(1)];
    double c = lengths[open.get(2)];
    return a == c ? new double[] {1, -1, 0} : scaled(c - b, a - c, b - a);
  }

  /** Does not change the length. */
  private double[] direction2(List<Integer> open) {
    double first = lengths[open.get(0)];
    double second = lengths[open.get(1)];
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

  private void move(List<Integer> open, double[] direction) {
    double up = Double.POSITIVE_INFINITY;
    double down = Double.POSITIVE_INFINITY;
    for (int i = 0; i < direction.length; i++) {
      double toOne = (1 - chances[open.get(i)]) / Math.abs(direction[i]);
      double toZero = chances[open.get(i)] / Math.abs(direction[i]);
      up = Math.min(up, direction[i] > 0 ? toOne : toZero);
      down = Math.min(down, direction[i] > 0 ? toZero : toOne);
    }
    double step = random.uniform(draws++) * (up + down) < down ? up : -down;
    for (int i = 0; i < direction.length; i++) {
      double moved = chances[open.get(i)] + step * direction[i];
      chances[open.get(i)] = moved < EXACT ? 0 : moved > 1 - EXACT ? 1 : moved;
    }
  }
}
