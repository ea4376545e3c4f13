package io.evomoe.bench.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evomoe.nn.RoutingReport;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A run's curves in columns, as the report's script reads them. NaN is null there. Long runs are
 * thinned to about {@value #MAX_POINTS} points; no evaluation is left out.
 *
 * @param label task and gate
 * @param seed of the run
 * @param step x axis, the same for all columns
 * @param tokens trained on so far
 * @param flops spent in training so far
 * @param wall seconds
 * @param train loss, smoothed before thinning
 * @param valid loss where measured
 * @param aux sum of the auxiliary losses, smoothed
 * @param temperature of the gates
 * @param active mean active experts, smoothed
 * @param entropy of the load, smoothed
 * @param drop rate in percent, smoothed
 * @param dead experts without a token, mean over layers, smoothed
 * @param fluctuation of the routing in percent, where measured
 * @param stepMs milliseconds a step, a running median
 * @param load of the experts, one entry a layer
 */
record Series(
    String label,
    long seed,
    List<Long> step,
    List<Long> tokens,
    List<Double> flops,
    List<Double> wall,
    List<Double> train,
    List<Double> valid,
    List<Double> aux,
    List<Double> temperature,
    List<Double> active,
    List<Double> entropy,
    List<Double> drop,
    List<Double> dead,
    List<Double> fluctuation,
    @JsonProperty("step_ms") List<Double> stepMs,
    List<Load> load) {

  static final int MAX_POINTS = 1500;

  private static final MathContext PRECISION = new MathContext(6);

  /**
   * How one layer's work was spread.
   *
   * @param layer the layer's name
   * @param share of the layer's assignments each expert computed, percent
   */
  record Load(String layer, List<Double> share) {

    static Load of(RoutingReport report) {
      double all = report.assignments();
      return new Load(
          report.layer(), report.load().stream().map(tokens -> round(100 * tokens / all)).toList());
    }
  }

  static Series of(String label, RecordedRun run) {
    return new Columns(run.steps()).series(label, run);
  }

  private static double round(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(PRECISION).doubleValue()
        : Double.NaN;
  }

  /**
   * Milliseconds a step up to each row, NaN where not known: at the first row, where the step or
   * clock does not advance, and at rows whose time includes an evaluation, unless all do.
   */
  static double[] stepMillis(List<StepRecord> rows) {
    boolean allEvaluated = rows.stream().skip(1).allMatch(StepRecord::evaluated);
    return IntStream.range(0, rows.size())
        .mapToDouble(
            i ->
                i == 0 || (rows.get(i).evaluated() && !allEvaluated)
                    ? Double.NaN
                    : between(rows.get(i - 1), rows.get(i)))
        .toArray();
  }

  private static double between(StepRecord before, StepRecord after) {
    long steps = after.step() - before.step();
    double seconds = after.wallSeconds() - before.wallSeconds();
    return steps > 0 && seconds > 0 ? 1000 * seconds / steps : Double.NaN;
  }

  /** Picks the kept rows and reads them column by column. */
  private record Columns(List<StepRecord> rows, List<Integer> kept) {

    Columns(List<StepRecord> rows) {
      this(rows, IntStream.range(0, rows.size()).filter(i -> keeps(rows, i)).boxed().toList());
    }

    Series series(String label, RecordedRun run) {
      int radius = Smoothing.radius(rows.size());
      double[] millis = Smoothing.median(stepMillis(rows), Math.max(2, radius));
      return new Series(
          label,
          run.seed(),
          kept.stream().map(i -> rows.get(i).step()).toList(),
          kept.stream().map(i -> rows.get(i).tokens()).toList(),
          column(i -> rows.get(i).trainFlops()),
          column(i -> rows.get(i).wallSeconds()),
          smooth(StepRecord::trainLoss, radius),
          measured(StepRecord::validLoss),
          smooth(StepRecord::auxLoss, radius),
          measured(StepRecord::temperature),
          smooth(StepRecord::activeExperts, radius),
          smooth(StepRecord::loadEntropy, radius),
          smooth(row -> 100 * row.dropRate(), radius),
          smooth(StepRecord::deadExperts, radius),
          measured(row -> 100 * row.routingFluctuation()),
          column(i -> millis[i]),
          run.lastRouting().stream().map(Load::of).toList());
    }

    private static boolean keeps(List<StepRecord> rows, int row) {
      int stride = 1 + (rows.size() - 1) / MAX_POINTS;
      return row % stride == 0 || row == rows.size() - 1 || rows.get(row).evaluated();
    }

    private List<Double> measured(ToDoubleFunction<StepRecord> value) {
      return smooth(value, 0);
    }

    private List<Double> smooth(ToDoubleFunction<StepRecord> value, int radius) {
      double[] raw = rows.stream().mapToDouble(value).toArray();
      double[] smoothed = Smoothing.mean(raw, radius);
      return column(i -> smoothed[i]);
    }

    private List<Double> column(IntToDoubleFunction value) {
      DoubleStream values = kept.stream().mapToDouble(value::applyAsDouble);
      return values.map(Series::round).boxed().toList();
    }
  }
}
