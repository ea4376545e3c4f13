package io.evomoe.bench.cli;

import io.evomoe.run.Run;
import io.evomoe.run.RunListener;
import io.evomoe.training.StepReport;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** A run that is trained, on the console; a signal, or too little memory, ends it after a step. */
final class ConsoleRun implements RunListener, AutoCloseable {
  private final PrintStream console;
  private final GracefulStop stop;
  private final MemoryGuard memory;
  private @Nullable StepProgress progress;

  ConsoleRun(PrintStream console, GracefulStop stop, MemoryGuard memory) {
    this.console = console;
    this.stop = stop;
    this.memory = memory;
  }

  @Override
  public void onStart(Run<?> run) {
    stop.begin(run::requestStop);
    memory.watch(run::requestStop);
    progress = new StepProgress(run.config().gate(), run.config().training().steps(), console);
  }

  @Override
  public void onNote(String line) {
    console.println(line);
  }

  @Override
  public void onStep(StepReport report) {
    if (progress != null) {
      progress.onStep(report);
    }
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
