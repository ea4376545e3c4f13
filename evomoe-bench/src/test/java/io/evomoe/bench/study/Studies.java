package io.evomoe.bench.study;

import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A small study, and runs of it that were never trained. */
final class Studies {
  static final String YAML =
      """
      task: gpt
      preset: quick
      revision: 1
      seeds: [1, 2]
      baseline: switch
      gates: [evomoe, switch]
      learningRates: {rates: [0.001, 0.002], steps: 20, seed: 9}
      settings:
        training: {steps: 40, evalEvery: 10}
      ablations:
        reference: evomoe
        seeds: [1]
        variants:
          no-noise: {gateOptions: {evomoe: {noise: false}}}
      """;
  static final StudyOrigin ORIGIN = new StudyOrigin(1, "abc", "0123", "onednn", "2 processors");

  private static final int TOKENS = 100;

  private Studies() {}

  static StudyConfig read(Path folder, String yaml) throws IOException {
    return StudyConfig.read(Files.writeString(folder.resolve("study.yaml"), yaml));
  }

  static Study of(Path folder, StudyOrigin origin) throws IOException {
    return new Study(
        read(folder, YAML),
        new StudyResults(folder.resolve("results"), origin, true),
        "study.yaml");
  }

  static StudyRun run(Study study, String name) {
    return study.runs().stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  /** A run whose held-out losses, at equal distances, are these. */
  static void record(Study study, String name, double... losses) {
    StudyRun run = run(study, name);
    study.results().add(name, study.config(run).orElseThrow(), outcome(run, losses));
  }

  private static Outcome outcome(StudyRun run, double... losses) {
    List<CurveRow> rows = new ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      rows.add(row(run, 10L * (i + 1), losses[i]));
    }
    CurveRow last = rows.get(rows.size() - 1);
    double loss = losses[losses.length - 1];
    RunResult result =
        new RunResult(
            "gpt",
            run.gate(),
            run.seed(),
            last.step(),
            last.tokens(),
            last.trainFlops(),
            loss,
            Math.exp(loss),
            "perplexity",
            1000,
            2.5,
            0,
            0.9,
            last.wallSeconds(),
            last.step());
    return new Outcome(result, new RecordedRun("gpt", run.gate(), run.seed(), rows, List.of()));
  }

  static CurveRow row(StudyRun run, long step, double validLoss) {
    return row(run, step, OptionalDouble.of(validLoss), OptionalDouble.of(0.25));
  }

  static CurveRow row(
      StudyRun run, long step, OptionalDouble validLoss, OptionalDouble fluctuation) {
    OptionalDouble empty = OptionalDouble.empty();
    return new CurveRow(
        "gpt",
        run.gate(),
        run.seed(),
        step,
        step * TOKENS,
        step * 1e9,
        step,
        validLoss,
        validLoss,
        empty,
        empty,
        OptionalDouble.of(2),
        empty,
        empty,
        empty,
        fluctuation);
  }
}
