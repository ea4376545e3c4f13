package io.evomoe.bench.study;

import io.evomoe.run.record.CurveRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A curve of about {@value #POINTS} points, and all evaluations. A kept row is where the run was
 * after its step; what is measured in every step is the mean of the steps since the row before.
 * Numbers have {@value #DIGITS} digits.
 */
final class ThinnedCurve {
  private static final int POINTS = 40;
  private static final int DIGITS = 6;
  private static final MathContext PRECISION = new MathContext(DIGITS);

  private ThinnedCurve() {}

  static List<CurveRow> of(List<CurveRow> rows) {
    int stride = Math.max(1, rows.size() / POINTS);
    List<CurveRow> kept = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < rows.size(); i++) {
      CurveRow row = rows.get(i);
      boolean last = i == rows.size() - 1;
      if ((i + 1) % stride == 0 || last || row.validLoss().isPresent()) {
        kept.add(mean(rows.subList(from, i + 1), row));
        from = i + 1;
      }
    }
    return kept;
  }

  private static CurveRow mean(List<CurveRow> steps, CurveRow last) {
    return new CurveRow(
        last.task(),
        last.gate(),
        last.seed(),
        last.step(),
        last.tokens(),
        rounded(last.trainFlops()),
        rounded(last.wallSeconds()),
        mean(steps, CurveRow::trainLoss),
        last.validLoss(),
        mean(steps, CurveRow::auxLoss),
        rounded(last.temperature()),
        mean(steps, CurveRow::activeExperts),
        mean(steps, CurveRow::loadEntropy),
        mean(steps, CurveRow::dropRate),
        mean(steps, CurveRow::deadExperts),
        rounded(last.routingFluctuation()));
  }

  private static OptionalDouble mean(
      List<CurveRow> steps, Function<CurveRow, OptionalDouble> value) {
    return rounded(
        steps.stream()
            .map(value)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .average());
  }

  private static OptionalDouble rounded(OptionalDouble value) {
    return value.isPresent() ? OptionalDouble.of(rounded(value.getAsDouble())) : value;
  }

  private static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(PRECISION).doubleValue() : value;
  }
}
