package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RoundSettings;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.KeptTokens;
import io.evomoe.run.internal.task.Prepared;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.RunStart;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Lineage;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.TrainerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A run before its first step.
 *
 * @param output the folder, closed with the run
 * @param data whose files and folders are kept for resuming
 * @param content digest of the data as it was read
 * @param tokenizer of a program; null for one in files
 * @param start source of the initial weights; null for random ones
 * @param trainer the program's changes to the trainer
 */
record NewState(
    OutputFolder output,
    RunConfig config,
    Dataset data,
    String content,
    Prepared prepared,
    @Nullable Tokenizer tokenizer,
    @Nullable RunStart start,
    UnaryOperator<TrainerConfig> trainer)
    implements RunState {

  @Override
  public TaskData<?, ?> taskData(TextProgress progress) {
    return prepared.data();
  }

  @Override
  public List<Path> paths() {
    return data.paths();
  }

  @Override
  public RunOpening again() {
    return new RunOpening(output.path()).passed(data.paths().isEmpty() ? data : null, tokenizer);
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
  public BegunTraining begin(List<Callback> callbacks) {
    TrainerConfig settings = trainer.apply(config.trainer());
    RunStart.Started started =
        start == null
            ? new RunStart.Started(TaskTraining.of(prepared.data(), config, settings), Lineage.NONE)
            : start.begin(
                prepared.data(),
                config,
                settings,
                content,
                line -> callbacks.forEach(callback -> callback.onNote(line)));
    return new BegunTraining(started.training(), () -> train(started, callbacks));
  }

  private Outcome train(RunStart.Started started, List<Callback> callbacks) {
    return started
        .training()
        .train(
            RecordedRun.none(TaskTraining.name(config)),
            StepFile.in(output.path()),
            CurveFile.in(output.path()),
            () -> writeFiles(started),
            callbacks);
  }

  private CheckpointWriter writeFiles(RunStart.Started started) {
    RunFolder folder = new RunFolder(output.path());
    RoundSettings.delete(output.path());
    folder.deleteClassifier();
    prepared.saveTokenizer(output.path());
    folder.write(config);
    KeptTokens.of(folder, content, config).write(prepared.data());
    started.lineage().write(output.path());
    CheckpointWriter checkpoints =
        folder.checkpointWriter(data.paths(), content, config, started.lineage().entries());
    // From here on there is something to resume, and the disk has room for a checkpoint.
    started.training().save(checkpoints);
    return checkpoints;
  }

  @Override
  public RunCheckpoint checkpoint() {
    throw new IllegalStateException(output.path() + " has no model yet: train it first");
  }

  @Override
  public void close() {
    prepared.close();
    if (start != null) {
      start.close();
    }
  }
}
