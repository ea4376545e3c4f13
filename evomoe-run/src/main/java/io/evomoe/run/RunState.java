package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskData;
import io.evomoe.run.record.RunWatcher;
import java.nio.file.Path;
import java.util.List;

/** How far a run is: before its first step, or saved. */
interface RunState extends AutoCloseable {

  /** The data of its task, which may have to be read. */
  TaskData<?, ?> taskData(TextProgress progress);

  /** What it is trained on. */
  List<Path> data();

  /** What it was opened with in place of the data that it was started with; mostly empty. */
  List<Path> otherData();

  /** Steps that are saved. */
  long steps();

  /** The configuration in full. */
  RunConfig config();

  /** Keeps others out of the folder until it is closed. */
  OutputFolder lock();

  /**
   * Makes the model, and gives it what was saved of its training; nothing is written yet.
   *
   * @param watcher told beside the log of its steps
   */
  BegunTraining begin(RunWatcher watcher, RunListener listener);

  /** What is saved, to be used. */
  RunCheckpoint checkpoint();

  @Override
  void close();
}
