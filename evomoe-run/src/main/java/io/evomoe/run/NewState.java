package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.KeptTokens;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.RunStart;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.Lineage;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.TrainerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A run before its first step.
 *
 * @param output the folder, closed with the run
 * @param data whose files and folders are kept for resuming
 * @param prepared that data, with its tokenizer
 * @param shared whether other runs use it too, so that it is not closed with this one
 * @param tokenizer of a program; null for one in files
 * @param start source of the initial weights; null for random ones
 * @param own what a program adds
 */
record NewState(
    OutputFolder output,
    RunConfig config,
    Dataset data,
    PreparedData prepared,
    boolean shared,
    @Nullable Tokenizer tokenizer,
    @Nullable RunStart start,
    Own own)
    implements RunState {

  /**
   * What a program adds.
   *
   * @param trainer its changes to the trainer
   * @param notes in every checkpoint
   * @param files writes further files into the folder
   */
  record Own(
      UnaryOperator<TrainerConfig> trainer, Map<String, String> notes, Consumer<Path> files) {}

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
    TrainerConfig settings = own.trainer().apply(config.trainer());
    RunStart.Started started =
        start == null
            ? new RunStart.Started(TaskTraining.of(prepared.data(), config, settings), Lineage.NONE)
            : start.begin(
                prepared.data(),
                config,
                settings,
                prepared.content(),
                line -> callbacks.forEach(callback -> callback.onNote(line)));
    return new BegunTraining(started.training(), () -> train(started, callbacks));
  }

  private Outcome train(RunStart.Started started, List<Callback> callbacks) {
    return started
        .training()
        .train(
            RecordedRun.none(config.runName()),
            output.path(),
            () -> writeFiles(started),
            callbacks);
  }

  private CheckpointWriter writeFiles(RunStart.Started started) {
    RunFolder folder = new RunFolder(output.path());
    folder.deleteOthers();
    prepared.saveTokenizer(output.path());
    folder.write(config);
    String content = prepared.content();
    if (!shared) {
      KeptTokens.of(folder, content, config).write(prepared.data());
    }
    started.lineage().write(output.path());
    own.files().accept(output.path());
    Map<String, String> notes = new HashMap<>(own.notes());
    notes.putAll(started.lineage().entries());
    CheckpointWriter checkpoints = folder.checkpointWriter(data.paths(), content, config, notes);
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
    if (!shared) {
      prepared.close();
    }
    if (start != null) {
      start.close();
    }
  }
}
