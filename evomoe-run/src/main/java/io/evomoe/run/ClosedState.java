package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskData;
import io.evomoe.run.record.RunWatcher;
import java.nio.file.Path;
import java.util.List;

/** A run that was closed, or whose training failed. */
record ClosedState(Path path) implements RunState {

  @Override
  public TaskData<?, ?> taskData(TextProgress progress) {
    throw closed();
  }

  @Override
  public List<Path> data() {
    throw closed();
  }

  @Override
  public List<Path> otherData() {
    throw closed();
  }

  @Override
  public long steps() {
    throw closed();
  }

  @Override
  public RunConfig config() {
    throw closed();
  }

  @Override
  public OutputFolder lock() {
    throw closed();
  }

  @Override
  public BegunTraining begin(RunWatcher watcher, RunListener listener) {
    throw closed();
  }

  @Override
  public RunCheckpoint checkpoint() {
    throw closed();
  }

  private IllegalStateException closed() {
    return new IllegalStateException(
        "the run in %s is closed: open it again with Run.open".formatted(path));
  }

  @Override
  public void close() {}
}
