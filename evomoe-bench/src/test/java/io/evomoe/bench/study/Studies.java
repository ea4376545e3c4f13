package io.evomoe.bench.study;

import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.bench.study.StudyResults.StudyOrigin;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    List<StepRecord> rows = new ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      rows.add(row(10L * (i + 1), losses[i]));
    }
    StepRecord last = rows.get(rows.size() - 1);
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
            last.step(),
            loss,
            last.step());
    return new Outcome(
        result, new RecordedRun(new RunName("gpt", run.gate(), run.seed()), rows, List.of()));
  }

  static StepRecord row(long step, double validLoss) {
    return row(step, validLoss, 0.25);
  }

  static StepRecord row(long step, double validLoss, double fluctuation) {
    return new StepRecord(
        step,
        Phase.SOFT,
        step * TOKENS,
        step * 1e9,
        step,
        1,
        validLoss,
        validLoss,
        Double.NaN,
        1,
        1e-3,
        Double.NaN,
        2,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        fluctuation,
        List.of());
  }
}
