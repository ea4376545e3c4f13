package io.evomoe.junit;

import static io.evomoe.junit.Curve.value;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Lists the differences between a curve and the recorded one. */
final class CurveComparison {
  private final Curve recorded;
  private final Curve measured;
  private final List<String> differences = new ArrayList<>();

  private CurveComparison(Curve recorded, Curve measured) {
    this.recorded = recorded;
    this.measured = measured;
  }

  /**
   * Returns the differences, one sentence each. Empty if the curve is within all bounds.
   *
   * @param bounds bounds by name of the series; those of other series have the name ""
   */
  static List<String> differences(Curve recorded, Curve measured, Map<String, Bounds> bounds) {
    CurveComparison comparison = new CurveComparison(recorded, measured);
    TreeSet<String> names = new TreeSet<>(recorded.series().keySet());
    names.addAll(measured.series().keySet());
    Bounds defaults = bounds.getOrDefault("", Bounds.DEFAULT);
    names.forEach(name -> comparison.compare(name, bounds.getOrDefault(name, defaults)));
    return List.copyOf(comparison.differences);
  }

  /** The numbers of a {@link Tolerance}. */
  record Bounds(double band, double finalValue, double area) {
    static final Bounds DEFAULT =
        new Bounds(Tolerance.DEFAULT_BAND, Tolerance.DEFAULT_FINAL_VALUE, Tolerance.DEFAULT_AREA);

    Bounds {
      requireNotNegative("band", band);
      requireNotNegative("finalValue", finalValue);
      requireNotNegative("area", area);
    }

    static Bounds of(Tolerance tolerance) {
      return new Bounds(tolerance.band(), tolerance.finalValue(), tolerance.area());
    }

    private static void requireNotNegative(String field, double value) {
      if (!(value >= 0)) {
        throw new IllegalArgumentException(
            "%s of a @Tolerance must be at least 0, was %s".formatted(field, value));
      }
    }
  }

  private void compare(String name, Bounds bounds) {
    SortedMap<Long, Double> wanted = recorded.points(name);
    SortedMap<Long, Double> had = measured.points(name);
    if (!wanted.keySet().equals(had.keySet())) {
      differences.add(otherSteps(name, wanted, had));
      return;
    }
    List<Long> broken = had.keySet().stream().filter(s -> !Double.isFinite(value(had, s))).toList();
    if (!broken.isEmpty()) {
      differences.add(
          "%s is not finite at step %d: %s"
              .formatted(name, broken.get(0), value(had, broken.get(0))));
      return;
    }
    compareBand(name, bounds.band(), wanted, had);
    long last = wanted.lastKey();
    compareValue(
        "last value of " + name, bounds.finalValue(), value(wanted, last), value(had, last));
    if (wanted.size() > 1) {
      compareValue("area under " + name, bounds.area(), area(wanted), area(had));
    }
  }

  private static String otherSteps(
      String name, SortedMap<Long, Double> wanted, SortedMap<Long, Double> had) {
    TreeSet<Long> missing = new TreeSet<>(wanted.keySet());
    missing.removeAll(had.keySet());
    TreeSet<Long> added = new TreeSet<>(had.keySet());
    added.removeAll(wanted.keySet());
    return "%s must have the %d recorded steps, had %d (missing %s, new %s)"
        .formatted(name, wanted.size(), had.size(), few(missing), few(added));
  }

  private static String few(Set<Long> steps) {
    List<Long> first = steps.stream().limit(3).toList();
    return first.isEmpty() ? "none" : steps.size() > 3 ? first + "..." : first.toString();
  }

  private void compareBand(
      String name, double band, SortedMap<Long, Double> wanted, SortedMap<Long, Double> had) {
    List<Long> outside =
        wanted.keySet().stream()
            .filter(step -> deviation(value(wanted, step), value(had, step)) > band)
            .toList();
    if (!outside.isEmpty()) {
      long worst = worst(outside, wanted, had);
      differences.add(
          "%s leaves the band of %s at %d of %d steps, first at step %d (%s), worst at step %d (%s)"
              .formatted(
                  name,
                  percent(band),
                  outside.size(),
                  wanted.size(),
                  outside.get(0),
                  versus(wanted, had, outside.get(0)),
                  worst,
                  versus(wanted, had, worst)));
    }
  }

  private static long worst(
      List<Long> steps, SortedMap<Long, Double> wanted, SortedMap<Long, Double> had) {
    return steps.stream()
        .max(Comparator.comparingDouble(s -> deviation(value(wanted, s), value(had, s))))
        .orElseThrow();
  }

  private static String versus(
      SortedMap<Long, Double> wanted, SortedMap<Long, Double> had, long step) {
    return "%s, recorded %s".formatted(value(had, step), value(wanted, step));
  }

  private void compareValue(String what, double bound, double wanted, double had) {
    if (deviation(wanted, had) > bound) {
      differences.add(
          "%s must be within %s of %s, was %s".formatted(what, percent(bound), wanted, had));
    }
  }

  /**
   * Returns the deviation relative to the recorded value. Equal values have deviation 0, even at 0.
   */
  private static double deviation(double wanted, double had) {
    return wanted == had ? 0 : Math.abs(had - wanted) / Math.abs(wanted);
  }

  private static double area(SortedMap<Long, Double> points) {
    double area = 0;
    long before = points.firstKey();
    for (long step : points.tailMap(before + 1).keySet()) {
      area += (step - before) * (value(points, before) + value(points, step)) / 2;
      before = step;
    }
    return area;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.3g %%", 100 * share);
  }
}
