package io.evomoe.run;

import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.Outcome;
import java.util.function.Supplier;

/**
 * A run whose model is built, with its saved training state.
 *
 * @param run in memory, closed with this
 * @param training trains it and writes the folder
 */
record BegunTraining(TaskTraining<?, ?> run, Supplier<Outcome> training) implements AutoCloseable {
  @Override
  public void close() {
    run.close();
  }
}
