package io.evomoe.bench.cli;

import io.evomoe.training.Training;
import java.io.PrintStream;

/** A run that is trained, on the console; a signal, or too little memory, ends it after a step. */
final class ConsoleRun extends StepProgress {
  private final GracefulStop stop;
  private final MemoryGuard memory;

  ConsoleRun(String name, PrintStream console, GracefulStop stop, MemoryGuard memory) {
    super(name, console);
    this.stop = stop;
    this.memory = memory;
  }

  @Override
  public void onStart(Training training) {
    stop.begin(training::requestStop);
    memory.watch(training::requestStop);
    super.onStart(training);
  }
}
