package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.RunStart;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState.CheckpointWriter;
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
 * @param trainer a program's changes to the trainer
 * @param notes of a program in every checkpoint
 * @param files writes a program's files into the folder
 */
record NewState(
    OutputFolder output,
    RunConfig config,
    Dataset data,
    PreparedData prepared,
    boolean shared,
    @Nullable Tokenizer tokenizer,
    @Nullable RunStart start,
    UnaryOperator<TrainerConfig> trainer,
    Map<String, String> notes,
    Consumer<Path> files)
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
  public RunState again() {
    return new RunOpening(output.path(), data.paths().isEmpty() ? data : null, tokenizer).saved();
  }

  @Override
  public long steps() {
    return 0;
  }

  @Override
  public TaskTraining<?, ?> begin(List<Callback> callbacks) {
    TrainerConfig settings = trainer.apply(config.trainer());
    return start == null
        ? TaskTraining.of(prepared.data(), config, settings, null)
        : start.begin(
            prepared.data(),
            config,
            settings,
            prepared.content(),
            line -> callbacks.forEach(callback -> callback.onNote(line)));
  }

  @Override
  public CheckpointWriter writeFiles(TaskTraining<?, ?> run, List<Callback> callbacks) {
    RunFolder folder = new RunFolder(output.path());
    // Of a fine-tuning, or of rounds, that ended before the first checkpoint.
    RunFiles.delete(output.path().resolve(RunFiles.CLASSIFIER));
    RunFiles.delete(output.path().resolve(RunFiles.ROUNDS));
    prepared.saveTokenizer(output.path());
    folder.write(config);
    if (!shared) {
      prepared.keepTokens(folder);
    }
    run.lineage().write(output.path());
    files.accept(output.path());
    Map<String, String> all = new HashMap<>(notes);
    all.putAll(run.lineage().entries());
    CheckpointWriter checkpoints =
        folder.checkpointWriter(
            RunFolder.dataEntries(data.paths(), prepared.content()), config, all);
    // From here on there is something to resume, and the disk has room for a checkpoint.
    run.save(checkpoints);
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
  }
}
