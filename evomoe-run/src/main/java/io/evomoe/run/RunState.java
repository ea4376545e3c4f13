package io.evomoe.run;

import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.TrainingState.CheckpointWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The state of a run: before its first step, or saved. */
interface RunState extends AutoCloseable {

  /** Returns the task's data, reading it if necessary. */
  TaskData<?, ?> taskData(TextProgress progress);

  /** Returns the files and folders that the run trains on. */
  List<Path> paths();

  /** Returns the changes of the data since the first step, with that of data read by now. */
  default List<DataChange> dataChanges() {
    return List.of();
  }

  /** Opens the newest state of the run, with the data and the tokenizer of a program. */
  RunState again();

  /** Returns the number of saved steps. */
  long steps();

  /** Returns the full configuration. */
  RunConfig config();

  /**
   * Builds the model and restores the saved training state; writes nothing yet.
   *
   * @param callbacks told of the training
   */
  TaskTraining<?, ?> begin(List<Callback> callbacks);

  /** Writes the files of a training that begins, and returns the writer of its checkpoints. */
  CheckpointWriter writeFiles(TaskTraining<?, ?> run, List<Callback> callbacks);

  /**
   * Returns the stored outcome of a run that ended early, or of a finished one without its data.
   */
  default Optional<Outcome> finished() {
    return Optional.empty();
  }

  /** Returns the saved state for use. */
  RunCheckpoint checkpoint();

  @Override
  void close();
}
