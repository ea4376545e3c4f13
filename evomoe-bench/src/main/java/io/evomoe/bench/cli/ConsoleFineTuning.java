package io.evomoe.bench.cli;

import io.evomoe.bench.report.LiveReport;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.training.Training;
import java.io.PrintStream;

/** A fine-tuning that is trained, on the console and its page; a signal ends it after a step. */
final class ConsoleFineTuning extends StepProgress {
  private final FineTuning tuning;
  private final PrintStream console;
  private final GracefulStop stop;
  private final FineTuneReport report;
  private final LiveReport page;

  ConsoleFineTuning(
      FineTuning tuning,
      PrintStream console,
      GracefulStop stop,
      FineTuneReport report,
      LiveReport page) {
    super("", console);
    this.tuning = tuning;
    this.console = console;
    this.stop = stop;
    this.report = report;
    this.page = page;
  }

  @Override
  public void onStart(Training training) {
    stop.begin(tuning::requestStop);
    report.measured(tuning.scores());
    if (report.isBetweenTrainings()) {
      page.settle();
    }
    String part = training.name().task();
    long from = training.progress().step();
    if (from > 0) {
      console.printf("%s: resuming after step %d of %d%n", part, from, training.plannedSteps());
    }
    super.onStart(training);
  }
}
