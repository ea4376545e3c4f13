package io.evomoe.junit;

import static io.evomoe.junit.Curve.value;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Compares a series with the recorded one.
 *
 * @param name name of the series
 * @param bounds allowed deviations
 * @param wanted recorded values by step
 * @param had measured values by step
 */
record CurveComparison(
    String name, Bounds bounds, SortedMap<Long, Double> wanted, SortedMap<Long, Double> had) {

  /**
   * Returns the differences of two curves, one sentence each. Empty if the curve is within all
   * bounds.
   *
   * @param bounds bounds by name of the series; those of other series have the name ""
   */
  static List<String> differences(Curve recorded, Curve measured, Map<String, Bounds> bounds) {
    Bounds defaults = bounds.getOrDefault("", Bounds.DEFAULT);
    return Curve.names(recorded, measured).stream()
        .map(
            name ->
                new CurveComparison(
                    name,
                    bounds.getOrDefault(name, defaults),
                    recorded.points(name),
                    measured.points(name)))
        .flatMap(CurveComparison::differences)
        .toList();
  }

  private Stream<String> differences() {
    if (!wanted.keySet().equals(had.keySet())) {
      return Stream.of(
          "%s must have the %d recorded steps, had %d (missing %s, new %s)"
              .formatted(
                  name,
                  wanted.size(),
                  had.size(),
                  few(wanted.keySet(), had.keySet()),
                  few(had.keySet(), wanted.keySet())));
    }
    Optional<Long> broken =
        had.keySet().stream().filter(step -> !Double.isFinite(value(had, step))).findFirst();
    if (broken.isPresent()) {
      return Stream.of(
          "%s is not finite at step %d: %s"
              .formatted(name, broken.get(), value(had, broken.get())));
    }
    long last = wanted.lastKey();
    return Stream.of(
            outsideBand(),
            outside("last value of", bounds.finalValue(), value(wanted, last), value(had, last)),
            outside("area under", bounds.area(), area(wanted), area(had)))
        .flatMap(Optional::stream);
  }

  /** Names a few of the steps that others lack. */
  private static String few(Set<Long> steps, Set<Long> others) {
    List<Long> only = steps.stream().filter(step -> !others.contains(step)).toList();
    return only.isEmpty() ? "none" : only.size() > 3 ? only.subList(0, 3) + "..." : only.toString();
  }

  private Optional<String> outsideBand() {
    List<Long> outside =
        wanted.keySet().stream().filter(step -> deviation(step) > bounds.band()).toList();
    return outside.stream()
        .max(Comparator.comparingDouble(this::deviation))
        .map(
            worst ->
                "%s leaves the band of %s at %d of %d steps, first at step %s, worst at step %s"
                    .formatted(
                        name,
                        percent(bounds.band()),
                        outside.size(),
                        wanted.size(),
                        versus(outside.get(0)),
                        versus(worst)));
  }

  private double deviation(long step) {
    return deviation(value(wanted, step), value(had, step));
  }

  private String versus(long step) {
    return "%d (%s, recorded %s)".formatted(step, value(had, step), value(wanted, step));
  }

  private Optional<String> outside(String what, double bound, double recorded, double measured) {
    return deviation(recorded, measured) <= bound
        ? Optional.empty()
        : Optional.of(
            "%s %s must be within %s of %s, was %s"
                .formatted(what, name, percent(bound), recorded, measured));
  }

  /**
   * Returns the deviation relative to the recorded value. Equal values have deviation 0, even at 0.
   */
  private static double deviation(double recorded, double measured) {
    return recorded == measured ? 0 : Math.abs(measured - recorded) / Math.abs(recorded);
  }

  /** Returns the area by trapezoids; 0 of a single value. */
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

  /** The numbers of a {@link Tolerance}. */
  record Bounds(double band, double finalValue, double area) {
    static final Bounds DEFAULT =
        new Bounds(Tolerance.DEFAULT_BAND, Tolerance.DEFAULT_FINAL_VALUE, Tolerance.DEFAULT_AREA);

    Bounds {
      if (!(band >= 0 && finalValue >= 0 && area >= 0)) {
        throw new IllegalArgumentException(
            "tolerances must be at least 0, were %s, %s and %s".formatted(band, finalValue, area));
      }
    }

    static Bounds of(Tolerance tolerance) {
      return new Bounds(tolerance.band(), tolerance.finalValue(), tolerance.area());
    }
  }
}
