package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassReport;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The page of a fine-tuning. */
final class FineTuneReport extends LiveReport {
  private final ReportData empty;
  private final Path folder;
  private final long seed;
  private final List<TunedKind> trainings;
  private final Supplier<List<ClassScores>> measured;
  private List<ClassScores> scores = List.of();
  private @Nullable ClassEvaluation evaluation;

  /**
   * The report on a fine-tuning before its first step.
   *
   * @param folder of the page, that has the log of its steps
   * @param seconds between two writings; 0 for once, when all is over
   * @param empty title, description and note
   * @param alone whether no network without pre-training is set beside the fine-tuned one
   * @param measured scores of the majority class, and of the networks of trainings that are over
   */
  FineTuneReport(
      Path folder,
      long seconds,
      ReportData empty,
      long seed,
      boolean alone,
      Supplier<List<ClassScores>> measured) {
    // The metric is not shown: the page has the scores in place of a table of runs.
    super(folder.resolve(HtmlReport.NAME), seconds, empty, "accuracy");
    this.empty = empty;
    this.folder = folder;
    this.seed = seed;
    this.trainings = TunedKind.all(alone);
    this.measured = measured;
  }

  /** Brings the page up to date, and says where the training resumes. */
  @Override
  public void onStart(Training training) {
    super.onStart(training);
    int over = takeOver(measured.get());
    String place = "training %d of %d".formatted(over + 1, trainings.size());
    begin(trainings.get(over).title(), trainings.size() == 1 ? "" : place);
    if (over > 0) {
      settle();
    }
    long from = training.progress().step();
    if (from > 0) {
      System.out.printf(
          "%s: resuming after step %d of %d%n",
          training.name().task(), from, training.plannedSteps());
    }
  }

  /** Shows the curves of the trainings that were measured; returns their number. */
  private int takeOver(List<ClassScores> all) {
    scores = all;
    List<RecordedRun> curves =
        trainings.stream()
            .filter(kind -> all.stream().anyMatch(one -> kind.title().equals(one.classifier())))
            .map(this::curve)
            .toList();
    replace(empty.withRuns(curves));
    return curves.size();
  }

  private RecordedRun curve(TunedKind training) {
    return curve(folder, training, seed);
  }

  private static RecordedRun curve(Path folder, TunedKind training, long seed) {
    RunName name = new RunName(training.part(), training.title(), seed, true);
    return StepFile.upTo(training.folder(folder), name, Long.MAX_VALUE);
  }

  /** Lines on a finished classifier: an early end, and over-fitting. */
  static List<String> end(FineTuning tuning) {
    RecordedRun run = curve(tuning.folder(), TunedKind.TUNED, tuning.settings().seed());
    return end(run, tuning.steps(), tuning.settings(), tuning::epochs);
  }

  static List<String> end(
      RecordedRun run, long planned, FineTuneSettings settings, LongToDoubleFunction epochs) {
    List<StepRecord> measured = run.steps().stream().filter(StepRecord::evaluated).toList();
    if (measured.isEmpty()) {
      return List.of();
    }
    StepRecord best = run.best().orElseThrow();
    StepRecord last = measured.get(measured.size() - 1);
    List<String> lines = new ArrayList<>();
    if (last.step() < planned) {
      lines.add(
          "Ended early at step %d of %d: %d evaluations without a lower validation loss"
              .formatted(last.step(), planned, settings.patience()));
    }
    double then = trainLoss(run, measured, best);
    double now = trainLoss(run, measured, last);
    if (best.validLoss() + Advice.RISE < last.validLoss() && now < then) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Over-fitting: from epoch %.1f to %.1f the validation loss rose from %.4f to %.4f, while the training loss fell from %.4f to %.4f; the classifier is that of epoch %.1f",
              epochs.applyAsDouble(best.step()),
              epochs.applyAsDouble(last.step()),
              best.validLoss(),
              last.validLoss(),
              then,
              now,
              epochs.applyAsDouble(settings.keepBest() ? best.step() : last.step())));
    }
    return lines;
  }

  /** Returns the mean training loss since the evaluation before this one. */
  private static double trainLoss(RecordedRun run, List<StepRecord> measured, StepRecord at) {
    int index = measured.indexOf(at);
    long after = index == 0 ? 0 : measured.get(index - 1).step();
    return run.steps().stream()
        .filter(step -> step.step() > after && step.step() <= at.step() && !step.skipped())
        .mapToDouble(StepRecord::trainLoss)
        .average()
        .orElse(Double.NaN);
  }

  /** All is over; what was broken off stays on the page as it is. */
  void end(FineTuned tuned) {
    if (!tuned.isInterrupted()) {
      takeOver(tuned.scores());
      evaluation = tuned.evaluation();
    }
  }

  @Override
  protected String html(ReportData data) {
    return new ClassReport(data, scores, Optional.ofNullable(evaluation)).html();
  }
}
