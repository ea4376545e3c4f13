package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known so far of a fine-tuning. */
final class FineTuneReport implements LiveReport.Content {
  private final ReportData empty;
  private final Path folder;
  private final long seed;
  private final List<TunedKind> trainings;
  private List<TunedKind> over = List.of();
  private List<ClassScores> scores = List.of();
  private @Nullable ClassEvaluation evaluation;

  /**
   * The report on a fine-tuning before its first step.
   *
   * @param empty title, description and note
   * @param folder that has the log of its steps
   * @param alone whether no network without pre-training is set beside the fine-tuned one
   */
  FineTuneReport(ReportData empty, Path folder, long seed, boolean alone) {
    this.empty = empty;
    this.folder = folder;
    this.seed = seed;
    this.trainings = TunedKind.all(alone);
  }

  /** All that was measured: the majority class, and the networks of trainings that are over. */
  void measured(List<ClassScores> all) {
    scores = all;
    over =
        trainings.stream()
            .filter(kind -> all.stream().anyMatch(one -> kind.title().equals(one.classifier())))
            .toList();
  }

  /** All is over. */
  void end(ClassEvaluation measured) {
    evaluation = measured;
  }

  /** Whether another training comes. */
  boolean isBetweenTrainings() {
    return !over.isEmpty() && over.size() < trainings.size();
  }

  @Override
  public ReportData with(Optional<Outcome> going) {
    List<RecordedRun> runs = new ArrayList<>();
    over.forEach(training -> runs.add(curve(training)));
    List<RunResult> results = new ArrayList<>();
    for (TunedKind training : trainings) {
      going
          .filter(run -> training.part().equals(run.recorded().task()) && !over.contains(training))
          .ifPresent(
              run -> {
                results.add(run.result().labelled(training.title()));
                runs.add(run.recorded().labelled(training.title()));
              });
    }
    return new ReportData(
        empty.title(), empty.note(), empty.description(), results, runs, Optional.empty());
  }

  private RecordedRun curve(TunedKind training) {
    RunName name = new RunName(training.part(), training.title(), seed, true);
    return StepFile.upTo(training.folder(folder), name, Long.MAX_VALUE);
  }

  @Override
  public String html(ReportData data) {
    Map<String, String> description = new LinkedHashMap<>(data.description());
    if (data.live().isEmpty()) {
      data.results().stream()
          .filter(RunResult::isInterrupted)
          .forEach(stopped -> description.put("Stopped", stopped.gate() + stopped.interruption()));
    }
    ReportData page =
        new ReportData(
            data.title(), data.note(), description, data.results(), data.runs(), data.live());
    return new ClassReport(page, scores, Optional.ofNullable(evaluation)).html();
  }

  /** Not of the page, which has the scores in place of a table of runs. */
  @Override
  public String metricName() {
    return "accuracy";
  }

  @Override
  public String place() {
    return trainings.size() == 1
        ? ""
        : "training %d of %d"
            .formatted(Math.min(over.size() + 1, trainings.size()), trainings.size());
  }
}
