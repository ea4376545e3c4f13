package io.evomoe.bench.study;

import io.evomoe.bench.report.Spread;
import io.evomoe.training.StepRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Validation losses of several seeds, evaluation by evaluation, as far as all have it.
 *
 * @param seeds how many
 * @param x mean place on the axis
 * @param lowest of the losses
 * @param mean of the losses
 * @param highest of the losses
 */
record Band(
    int seeds, List<Double> x, List<Double> lowest, List<Double> mean, List<Double> highest) {

  static Band of(Group group, ToDoubleFunction<StepRecord> axis) {
    List<List<StepRecord>> curves =
        group.bySeed().values().stream().map(StudyRecord::evaluations).toList();
    int points = curves.stream().mapToInt(List::size).min().orElse(0);
    Band band = new Band(curves.size(), list(), list(), list(), list());
    for (int i = 0; i < points; i++) {
      int point = i;
      band.add(curves.stream().map(rows -> rows.get(point)).toList(), axis);
    }
    return band;
  }

  private static List<Double> list() {
    return new ArrayList<>();
  }

  private void add(List<StepRecord> rows, ToDoubleFunction<StepRecord> axis) {
    List<Double> losses = rows.stream().map(StepRecord::validLoss).toList();
    x.add(rows.stream().mapToDouble(axis).average().orElse(Double.NaN));
    lowest.add(Collections.min(losses));
    mean.add(Spread.of(losses).mean());
    highest.add(Collections.max(losses));
  }

  boolean isEmpty() {
    return x.isEmpty();
  }

  /** Along the lowest losses, and back along the highest. */
  List<Double> outlineX() {
    return thereAndBack(x, x);
  }

  /** The losses of {@link #outlineX}. */
  List<Double> outlineY() {
    return thereAndBack(lowest, highest);
  }

  private static List<Double> thereAndBack(List<Double> there, List<Double> back) {
    List<Double> outline = new ArrayList<>(there);
    List<Double> reversed = new ArrayList<>(back);
    Collections.reverse(reversed);
    outline.addAll(reversed);
    return outline;
  }
}
