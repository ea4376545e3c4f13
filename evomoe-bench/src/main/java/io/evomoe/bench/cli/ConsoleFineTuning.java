package io.evomoe.bench.cli;

import io.evomoe.bench.report.LiveReport;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.finetune.FineTuningListener;
import io.evomoe.run.record.ClassScores;
import io.evomoe.training.Progress;
import io.evomoe.training.StepRecord;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** A fine-tuning that is trained, on the console and its page; a signal ends it after a step. */
final class ConsoleFineTuning implements FineTuningListener {
  private final PrintStream console;
  private final GracefulStop stop;
  private final FineTuneReport report;
  private final LiveReport page;
  private @Nullable StepProgress progress;

  ConsoleFineTuning(
      PrintStream console, GracefulStop stop, FineTuneReport report, LiveReport page) {
    this.console = console;
    this.stop = stop;
    this.report = report;
    this.page = page;
  }

  @Override
  public void onStart(FineTuning tuning) {
    stop.begin(tuning::requestStop);
  }

  @Override
  public void onTraining(String part, long from, long steps) {
    if (from > 0) {
      console.printf("%s: resuming after step %d of %d%n", part, from, steps);
    }
    progress = new StepProgress(part, steps, console);
  }

  @Override
  public void onScores(ClassScores scores) {
    report.add(scores);
    if (progress != null && report.isBetweenTrainings()) {
      page.settle();
    }
  }

  @Override
  public void onNote(String line) {
    TerminalBar.above(console, line);
  }

  @Override
  public void onStart(Progress from, Runnable requestStop) {
    progress().onStart(from, requestStop);
  }

  @Override
  public void onStep(StepRecord step) {
    progress().onStep(step);
  }

  @Override
  public void onEnd(Progress to) {
    progress().onEnd(to);
  }

  private StepProgress progress() {
    if (progress == null) {
      throw new IllegalStateException("no training has begun");
    }
    return progress;
  }
}
