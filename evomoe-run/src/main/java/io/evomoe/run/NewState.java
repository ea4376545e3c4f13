package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.hub.DenseStart;
import io.evomoe.run.internal.task.KeptTokens;
import io.evomoe.run.internal.task.Prepared;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskData;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Outcome;
import io.evomoe.training.CheckpointWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run before its first step.
 *
 * @param output the folder, closed with the run
 * @param data files and folders, kept for resuming
 * @param content digest of the data as it was read
 * @param dense where its weights come from; null for fresh ones
 */
record NewState(
    OutputFolder output,
    RunConfig config,
    List<Path> data,
    String content,
    Prepared prepared,
    @Nullable DenseStart dense)
    implements RunState {

  @Override
  public TaskData<?, ?> taskData(TextProgress progress) {
    return prepared.data();
  }

  @Override
  public OutputFolder lock() {
    return output.shared();
  }

  @Override
  public long steps() {
    return 0;
  }

  @Override
  public BegunTraining begin(RunListener listener) {
    TaskTraining<?, ?> run =
        dense == null
            ? TaskTraining.of(prepared.data(), config)
            : TaskTraining.of(prepared.data(), config, dense.weights());
    return new BegunTraining(run, () -> train(run, listener));
  }

  private Outcome train(TaskTraining<?, ?> run, RunListener listener) {
    Path path = output.path();
    RunFolder folder = new RunFolder(path);
    prepared.saveTokenizer(path);
    folder.write(config);
    KeptTokens.of(folder, content, config).write(prepared.data());
    CheckpointWriter checkpoints = folder.checkpointWriter(data, content, config);
    // From here on there is something to resume, and the disk is known to take a checkpoint.
    run.save(checkpoints);
    try (CurveFile curves = CurveFile.create(path.resolve(CurveFile.NAME))) {
      return run.train(checkpoints, curves, List.of(), listener);
    }
  }

  @Override
  public RunCheckpoint checkpoint() {
    throw new IllegalStateException(output.path() + " has no model yet: train it first");
  }

  @Override
  public void close() {
    prepared.close();
    if (dense != null) {
      dense.close();
    }
  }
}
