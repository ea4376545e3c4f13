package io.evomoe.bench.cli;

import io.evomoe.bench.report.SummaryTable;
import io.evomoe.run.record.Annealing;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.Training;
import java.io.PrintStream;
import java.util.List;

/** A run that is trained, on the console; a signal, or too little memory, ends it after a step. */
final class ConsoleRun extends StepProgress {
  private final GracefulStop stop;
  private final MemoryGuard memory;

  ConsoleRun(String name, PrintStream console, GracefulStop stop, MemoryGuard memory) {
    super(name, console);
    this.stop = stop;
    this.memory = memory;
  }

  /**
   * Prints the results of runs.
   *
   * @param measured what the validation losses are measured on
   */
  static void print(PrintStream console, List<Outcome> outcomes, String measured) {
    List<RunResult> results = outcomes.stream().map(Outcome::result).toList();
    console.println();
    console.println(SummaryTable.of(results).text(StandardOutput.columns()));
    console.println(measured);
    outcomes.forEach(run -> Annealing.of(run.recorded()).ifPresent(a -> console.println(a.text())));
  }

  @Override
  public void onStart(Training training) {
    stop.begin(training::requestStop);
    memory.watch(training::requestStop);
    super.onStart(training);
  }
}
