package io.evomoe.run.internal.task;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.TrainerConfig;
import java.util.function.Consumer;

/** A saved run that a new one starts from. */
public interface RunStart {

  /** The default gate. */
  String USUAL_GATE = "evomoe";

  /** The default seed. */
  long USUAL_SEED = 1;

  /** Returns the saved run. */
  RunCheckpoint run();

  /** Returns the default gate of a run that starts here. */
  default String usualGate() {
    return USUAL_GATE;
  }

  /** Returns the default seed of a run that starts here. */
  default long usualSeed() {
    return USUAL_SEED;
  }

  /**
   * Returns the defaults of a run that starts here.
   *
   * @param usual the preset of this run's task, with its gate and seed
   * @param itsData whether it continues with the saved run's data, which keeps its split
   */
  RunConfig defaults(RunConfig usual, boolean itsData);

  /**
   * Rejects a run that cannot start here.
   *
   * @param spawnAsked whether the user specified how experts are spawned
   */
  void requireFit(RunConfig config, boolean spawnAsked);

  /**
   * Prepares a run for its first step.
   *
   * @param data of the new run
   * @param trainer that of the configuration, perhaps with an optimizer or schedule of a program
   * @param content digest of that data
   * @param told receives lines on the start
   */
  TaskTraining<?, ?> begin(
      TaskData<?, ?> data,
      RunConfig config,
      TrainerConfig trainer,
      String content,
      Consumer<String> told);

  /** Rejects a run of another task. */
  default void requireTask(String wanted) {
    String task = run().config().task();
    if (!task.equals(wanted)) {
      throw new IllegalArgumentException(
          "%s is a run of task %s; this one is of task %s"
              .formatted(run().folder().path(), task, wanted));
    }
  }

  /** Rejects another split or form of the saved run's data. */
  default void requireItsData(RunConfig config) {
    config.requireDataOf(run().config(), run().folder().path() + ", whose data is used");
  }
}
