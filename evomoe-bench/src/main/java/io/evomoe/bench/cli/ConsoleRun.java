package io.evomoe.bench.cli;

import io.evomoe.run.Run;
import io.evomoe.run.RunListener;
import io.evomoe.run.config.RunConfig;
import java.io.PrintStream;

/** A run that is trained, on the console; a signal, or too little memory, ends it after a step. */
final class ConsoleRun extends StepProgress implements RunListener {
  private final PrintStream console;
  private final GracefulStop stop;
  private final MemoryGuard memory;

  ConsoleRun(RunConfig config, PrintStream console, GracefulStop stop, MemoryGuard memory) {
    super(config.gate(), config.training().steps(), console);
    this.console = console;
    this.stop = stop;
    this.memory = memory;
  }

  @Override
  public void onStart(Run<?> run) {
    stop.begin(run::requestStop);
    memory.watch(run::requestStop);
  }

  @Override
  public void onNote(String line) {
    TerminalBar.above(console, line);
  }
}
