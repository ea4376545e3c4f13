package io.evomoe.bench.report;

import io.evomoe.nn.RoutingReport;
import io.evomoe.run.record.RunResult;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Runs that look like a comparison's, for tests and for looking at the report. */
final class SyntheticRuns {

  private static final int TOKENS = 2048;
  private static final int EXPERTS = 8;

  private SyntheticRuns() {}

  /** Writes a report of five gates with three seeds each to the given file. */
  public static void main(String[] arguments) {
    HtmlReport.write(
        Path.of(arguments[0]),
        comparison(List.of("evomoe", "switch", "base", "hash", "dense"), 3, 1200));
  }

  static ReportData comparison(List<String> gates, int seeds, int steps) {
    List<RecordedRun> runs = new ArrayList<>();
    List<RunResult> results = new ArrayList<>();
    for (int gate = 0; gate < gates.size(); gate++) {
      for (int seed = 1; seed <= seeds; seed++) {
        runs.add(run(gates.get(gate), 0.06 * gate, seed, steps));
        results.add(result(runs.get(runs.size() - 1)));
      }
    }
    Map<String, String> description = new LinkedHashMap<>();
    description.put("data", "tiny-corpus.txt (1,115,394 bytes)");
    description.put("preset", "quick: 4 layers, d_model 128, 8 experts");
    description.put("commit", "0123abc");
    description.put("machine", "2 cores, AVX-512, oneDNN");
    description.put("command", "./evomoe compare --task gpt --gates " + String.join(",", gates));
    return ReportData.empty("EvoMoE comparison: gpt", "The data is tiny.", description)
        .with(r -> r.results(results).runs(runs));
  }

  static RunResult result(RecordedRun run) {
    StepRecord last = run.steps().get(run.steps().size() - 1);
    double loss = last.validLoss();
    return new RunResult(
        run.task(),
        run.gate(),
        run.seed(),
        last.step(),
        last.tokens(),
        last.trainFlops(),
        loss,
        Math.exp(loss),
        "perplexity",
        last.tokens() / last.wallSeconds(),
        last.activeExperts(),
        last.dropRate(),
        last.loadEntropy(),
        last.wallSeconds(),
        last.step(),
        loss,
        last.step());
  }

  /** The same result of a run that was to have more steps. */
  static RunResult interrupted(RunResult whole, long planned) {
    return new RunResult(
        whole.task(),
        whole.gate(),
        whole.seed(),
        whole.steps(),
        whole.tokens(),
        whole.trainFlops(),
        whole.validLoss(),
        whole.validMetric(),
        whole.metricName(),
        whole.tokensPerSecond(),
        whole.activeExperts(),
        whole.dropRate(),
        whole.loadEntropy(),
        whole.wallSeconds(),
        planned,
        whole.bestValidLoss(),
        whole.bestStep());
  }

  static RecordedRun run(String gate, double handicap, long seed, int steps) {
    Random random = new Random(31 * seed + gate.hashCode());
    List<StepRecord> rows = new ArrayList<>();
    List<RoutingReport> routing = List.of();
    double seconds = 0;
    double flops = 0;
    for (int step = 1; step <= steps; step++) {
      double tau = Math.max(2 * Math.pow(0.15, step / (0.8 * steps)), 0.3);
      routing = routing(gate, step, steps, tau, random);
      double active = routing.isEmpty() ? 1 : routing.get(0).meanActiveExperts();
      double stepSeconds = 0.06 + 0.03 * active + 0.004 * Math.abs(random.nextGaussian());
      boolean evaluated = step % (steps / Math.min(steps, 24)) == 0;
      seconds += stepSeconds + (evaluated ? 1.5 : 0);
      flops += active * 2e10 + 3e10;
      double loss =
          2.1 + handicap + 2.6 * Math.exp(-step / (0.06 * steps)) + Math.exp(-2.5 * step / steps);
      StepRecord record =
          new StepRecord(
              step,
              routing.isEmpty() ? Phase.DIVERSIFY : Phase.SOFT,
              (long) step * TOKENS,
              flops,
              seconds,
              stepSeconds,
              loss + 0.08 * random.nextGaussian(),
              evaluated ? loss + 0.05 : Double.NaN,
              0.01,
              1,
              1e-3,
              routing.isEmpty() ? Double.NaN : gate.equals("evomoe") ? tau : 1,
              active,
              mean(routing, RoutingReport::loadEntropy),
              mean(routing, RoutingReport::dropRate),
              mean(routing, RoutingReport::deadExperts),
              fluctuation(gate, step, steps, evaluated && !routing.isEmpty()),
              List.of());
      rows.add(record);
    }
    return new RecordedRun(new RunName("gpt", gate, seed), rows, routing);
  }

  private static double mean(List<RoutingReport> layers, ToDoubleFunction<RoutingReport> value) {
    return layers.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  private static double fluctuation(String gate, int step, int steps, boolean measured) {
    double share = gate.equals("hash") ? 0 : 0.4 * (1.2 * steps - step) / (1.2 * steps);
    return measured ? share : Double.NaN;
  }

  private static List<RoutingReport> routing(
      String gate, int step, int steps, double tau, Random random) {
    if (gate.equals("dense") || (gate.equals("evomoe") && step < 0.1 * steps)) {
      return List.of();
    }
    double active =
        gate.equals("evomoe") ? 1 + (EXPERTS - 1) * Math.pow((tau - 0.3) / 1.7, 0.7) : 1;
    int dropped = gate.equals("switch") ? (int) (200.0 * (steps - step) / steps) + 20 : 0;
    return IntStream.of(1, 3)
        .mapToObj(
            layer -> {
              List<Integer> load =
                  random
                      .ints(EXPERTS, 60, 140)
                      .map(weight -> (int) (weight / 100.0 * active * TOKENS / EXPERTS))
                      .boxed()
                      .toList();
              return new RoutingReport(
                  "blocks." + layer + ".moe", TOKENS, load, List.of(), dropped, 0.01, List.of());
            })
        .toList();
  }
}
