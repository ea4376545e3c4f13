package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.RunsReport;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known so far of a fine-tuning. */
final class FineTuneReport extends RunsReport {
  private final ReportData empty;
  private final Path folder;
  private final long seed;
  private final List<TunedKind> trainings;
  private int over;
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
    super(empty, "accuracy"); // not shown: the page has the scores in place of a table of runs
    this.empty = empty;
    this.folder = folder;
    this.seed = seed;
    this.trainings = TunedKind.all(alone);
  }

  /** All that was measured: the majority class, and the networks of trainings that are over. */
  void measured(List<ClassScores> all) {
    scores = all;
    List<RecordedRun> curves =
        trainings.stream()
            .filter(kind -> all.stream().anyMatch(one -> kind.title().equals(one.classifier())))
            .map(this::curve)
            .toList();
    over = curves.size();
    replace(
        new ReportData(
            empty.title(), empty.note(), empty.description(), List.of(), curves, empty.live()));
    if (over < trainings.size()) {
      String place = "training %d of %d".formatted(over + 1, trainings.size());
      begin(trainings.get(over).title(), trainings.size() == 1 ? "" : place);
    }
  }

  private RecordedRun curve(TunedKind training) {
    RunName name = new RunName(training.part(), training.title(), seed, true);
    return StepFile.upTo(training.folder(folder), name, Long.MAX_VALUE);
  }

  /** All is over. */
  void end(ClassEvaluation measured) {
    evaluation = measured;
  }

  /** Whether another training comes. */
  boolean isBetweenTrainings() {
    return over > 0 && over < trainings.size();
  }

  @Override
  public ReportData with(Optional<Outcome> going) {
    return super.with(going.filter(run -> over < trainings.size()));
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
}
