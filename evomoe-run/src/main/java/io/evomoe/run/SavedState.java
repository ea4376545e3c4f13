package io.evomoe.run;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.folder.SavedConfig;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.training.Callback;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run that is saved in its folder. */
final class SavedState implements RunState {
  private static final Logger log = LoggerFactory.getLogger(SavedState.class);

  private final RunOpening opening;
  private volatile RunCheckpoint saved;
  private @Nullable RunCheckpoint used;
  private @Nullable PreparedData prepared;

  SavedState(RunOpening opening, RunCheckpoint saved) {
    this.opening = opening;
    this.saved = saved;
    this.prepared = opening.prepared;
    if (prepared != null) {
      prepared.requireFit(saved.config());
    }
  }

  @Override
  public TaskData<?, ?> taskData(TextProgress progress) {
    return prepared(progress).data();
  }

  private synchronized PreparedData prepared(TextProgress progress) {
    PreparedData ready = prepared;
    if (ready == null) {
      ready =
          new PreparedData(
              saved.data(),
              saved.config(),
              folder -> TokenizerSource.of(saved.tokenizer()),
              saved,
              ScratchFolder.parent(),
              progress);
      prepared = ready;
    }
    return ready;
  }

  @Override
  public List<Path> paths() {
    return saved.dataPaths();
  }

  @Override
  public List<DataChange> dataChanges() {
    return RunFolder.dataChanges(dataEntries());
  }

  private synchronized Map<String, String> dataEntries() {
    Checkpoint checkpoint = saved.checkpoint();
    return prepared == null
        ? checkpoint.config()
        : RunFolder.dataEntries(checkpoint, saved.dataPaths(), prepared.content());
  }

  @Override
  public RunState again() {
    return new RunOpening(saved.folder().path(), opening.data, opening.tokenizer).saved();
  }

  @Override
  public long steps() {
    return saved.checkpoint().progress().step();
  }

  @Override
  public RunConfig config() {
    return saved.config();
  }

  /** Another process may have continued the run since it was opened. */
  @Override
  public TaskTraining<?, ?> begin(List<Callback> callbacks) {
    saved = opening.resumed();
    requireMoreSteps();
    Checkpoint checkpoint = saved.checkpoint();
    if (checkpoint.config().containsKey(ProgramParts.OWN_SCHEDULE)
        && !opening.notes.containsKey(ProgramParts.OWN_SCHEDULE)) {
      throw new IllegalArgumentException(
          "%s has the learning rate schedule of a program: pass it again (Run.opening(folder).schedule(...))"
              .formatted(saved.folder().path()));
    }
    PreparedData data = prepared(TextProgress.NONE);
    if (!RunFolder.isSameData(checkpoint, data.content())) {
      forgetBest();
      List<DataChange> all = dataChanges();
      DataChange last = all.get(all.size() - 1);
      log.warn(
          "The data has changed: {} up to step {}, {} from here on. Losses cannot be compared, so training.keepBest is false now",
          last.before(),
          last.step(),
          last.after());
    }
    RunConfig config = saved.config();
    saved.changes().forEach(change -> note(callbacks, change));
    note(callbacks, "Resuming after step %d of %d".formatted(steps(), config.training().steps()));
    TaskTraining<?, ?> training =
        TaskTraining.resumed(
            data.data(), config, opening.trainer.apply(config.trainer()), checkpoint);
    if (checkpoint.isEnd() && saved.changes().isEmpty()) {
      training.requestEnd();
    }
    return training;
  }

  /** Other data has other validation losses. */
  private void forgetBest() {
    TrainingConfig training = saved.config().training();
    TrainingConfig plain = training.with(t -> t.keepBest(false).patience(0));
    saved = saved.withConfig(saved.config().with(c -> c.training(plain)));
  }

  /** Rejects a finished run without a validation loss, such as a converted one. */
  private void requireMoreSteps() {
    long steps = saved.config().training().steps();
    if (steps() < steps) {
      return;
    }
    Path folder = saved.folder().path();
    if (StepFile.upTo(folder, saved.config().runName(), steps).steps().stream()
        .noneMatch(step -> step.step() == steps && step.evaluated())) {
      throw new IllegalArgumentException(
          "%s has taken all of its %d steps and has no validation loss of the last; ask for more steps (--steps %d)"
              .formatted(folder, steps, steps + 1));
    }
  }

  @Override
  public Optional<Outcome> finished() {
    boolean needsData = RunFolder.isOfNoFile(saved.checkpoint()) && opening.data == null;
    boolean over =
        saved.checkpoint().isEnd() || (needsData && steps() == saved.config().training().steps());
    return over && saved.changes().isEmpty()
        ? Outcome.finished(saved.folder().path(), saved.config().runName(), steps())
        : Optional.empty();
  }

  private static void note(List<Callback> callbacks, String line) {
    callbacks.forEach(callback -> callback.onNote(line));
  }

  @Override
  public CheckpointWriter writeFiles(TaskTraining<?, ?> run, List<Callback> callbacks) {
    CheckpointFolder.setAsideNewerThan(saved.checkpoint().location())
        .forEach(newer -> note(callbacks, "Set aside: " + newer));
    RunConfig config = saved.config();
    PreparedData data = prepared(TextProgress.NONE);
    if (opening.prepared == null) {
      data.keepTokens(saved.folder());
    }
    Map<String, String> notes = new HashMap<>(opening.notes);
    notes.putAll(run.lineage().entries());
    RunFolder folder = saved.folder();
    Map<String, String> source = dataEntries();
    CheckpointWriter checkpoints = folder.checkpointWriter(source, config, notes);
    if (!saved.changes().isEmpty()) {
      notes.putAll(SavedConfig.replacing(folder.configFile()));
      run.save(folder.checkpointWriter(source, config, notes));
    }
    folder.replace(config);
    return checkpoints;
  }

  @Override
  public synchronized RunCheckpoint checkpoint() {
    if (!Files.exists(saved.checkpoint().location())) {
      // Another process continued the training, and only the newest checkpoints are kept.
      saved = opening.newest();
    }
    RunCheckpoint last = used;
    if (last == null || !Files.exists(last.checkpoint().location())) {
      last = saved.at(saved.config().training().keepBest());
      used = last;
    }
    return last;
  }

  @Override
  public synchronized void close() {
    if (prepared != null && opening.prepared == null) {
      prepared.close();
    }
  }
}
