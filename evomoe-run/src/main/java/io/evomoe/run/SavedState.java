package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.KeptTokens;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.Lineage;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private final List<RunCheckpoint> open = new ArrayList<>();
  private volatile RunCheckpoint saved;
  private final @Nullable PreparedData shared;
  private @Nullable TaskData<?, ?> read;
  private String readContent = "";

  SavedState(RunOpening opening, RunCheckpoint saved) {
    this.opening = opening;
    this.saved = saved;
    this.shared = opening.prepared();
    if (shared != null) {
      shared.requireFit(saved.config());
    }
    open.add(saved);
  }

  @Override
  public synchronized TaskData<?, ?> taskData(TextProgress progress) {
    if (shared != null) {
      return shared.data();
    }
    TaskData<?, ?> encoded = read;
    if (encoded == null) {
      Dataset data = saved.data();
      readContent = data.digest();
      encoded = PreparedData.open(data, readContent, saved.config(), saved, progress);
      read = encoded;
    }
    return encoded;
  }

  @Override
  public List<Path> paths() {
    return saved.dataPaths();
  }

  @Override
  public RunOpening again() {
    return new RunOpening(saved.folder().path()).passed(opening.data(), opening.tokenizer());
  }

  @Override
  public long steps() {
    return saved.checkpoint().progress().step();
  }

  @Override
  public RunConfig config() {
    return saved.config();
  }

  @Override
  public OutputFolder lock() {
    return opening.lock(saved.folder().path());
  }

  /** Another process may have continued the run since it was opened. */
  @Override
  public BegunTraining begin(List<Callback> callbacks) {
    saved = opening.resumed();
    open.add(saved);
    requireMoreSteps();
    Checkpoint checkpoint = saved.checkpoint();
    if (checkpoint.config().containsKey(RunSettings.OWN_SCHEDULE)
        && !opening.notes().containsKey(RunSettings.OWN_SCHEDULE)) {
      throw new IllegalArgumentException(
          "%s has the learning rate schedule of a program: pass it again (Run.opening(folder).schedule(...))"
              .formatted(saved.folder().path()));
    }
    RunConfig config = saved.config();
    Dataset data = saved.data();
    String content = shared == null ? data.digest() : shared.content();
    TaskTraining<?, ?> run =
        TaskTraining.resumed(
            taskData(TextProgress.NONE), config, opening.trainer(config), checkpoint);
    try {
      if (!RunFolder.isSameData(checkpoint, content)) {
        log.warn("The data is not what the run was started with: {}", data.name());
      }
      Map<String, String> notes = new HashMap<>(opening.notes());
      notes.putAll(Lineage.of(checkpoint.config()).entries());
      CheckpointWriter checkpoints =
          saved.folder().checkpointWriter(data.paths(), content, config, notes);
      saved.changes().forEach(change -> note(callbacks, change));
      note(callbacks, "Resuming after step %d of %d".formatted(steps(), config.training().steps()));
      return new BegunTraining(run, () -> train(run, content, checkpoints, callbacks));
    } catch (RuntimeException | Error e) {
      run.close();
      throw e;
    }
  }

  /**
   * Rejects a finished run that has no curve, such as a converted one: it has no result to return.
   */
  private void requireMoreSteps() {
    long steps = saved.config().training().steps();
    if (steps() < steps) {
      return;
    }
    List<StepRecord> taken = earlier().steps();
    if (taken.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has taken all of its %d steps and has no curve; ask for more steps (--steps %d)"
              .formatted(saved.folder().path(), steps, steps + 1));
    }
    if (taken.stream().noneMatch(step -> step.step() == steps && step.evaluated())) {
      throw new IllegalArgumentException(
          "%s was stopped after step %d, which has no validation loss; ask for more steps (--steps %d)"
              .formatted(saved.folder().path(), steps, steps + 1));
    }
  }

  @Override
  public Optional<Outcome> finished() {
    Path result = saved.folder().path().resolve(ResultFile.NAME);
    boolean needsData = RunFolder.isOfNoFile(saved.checkpoint()) && opening.data() == null;
    boolean over =
        saved.checkpoint().isEnd() || (needsData && steps() == saved.config().training().steps());
    if (!saved.changes().isEmpty() || !over || !Files.exists(result)) {
      return Optional.empty();
    }
    return ResultFile.read(result).stream()
        .filter(last -> last.steps() == steps() && !last.isInterrupted())
        .map(last -> new Outcome(last, earlier()))
        .findFirst();
  }

  private RecordedRun earlier() {
    return StepFile.upTo(saved.folder().path(), saved.config().runName(), steps());
  }

  private static void note(List<Callback> callbacks, String line) {
    callbacks.forEach(callback -> callback.onNote(line));
  }

  private Outcome train(
      TaskTraining<?, ?> run,
      String content,
      CheckpointWriter checkpoints,
      List<Callback> callbacks) {
    Path path = saved.folder().path();
    return run.train(
        earlier(),
        path,
        () -> writeFiles(run, content, checkpoints, callbacks),
        callbacks);
  }

  private CheckpointWriter writeFiles(
      TaskTraining<?, ?> run,
      String content,
      CheckpointWriter checkpoints,
      List<Callback> callbacks) {
    CheckpointFolder.setAsideNewerThan(saved.checkpoint().location())
        .forEach(newer -> note(callbacks, "Set aside: " + newer));
    if (content.equals(readContent)) {
      KeptTokens.of(saved.folder(), content, saved.config()).write(taskData(TextProgress.NONE));
    }
    if (!saved.changes().isEmpty()) {
      run.save(saved.folder().withNext(saved.config(), checkpoints));
    }
    saved.folder().replace(saved.config());
    return checkpoints;
  }

  @Override
  public synchronized RunCheckpoint checkpoint() {
    if (!Files.exists(saved.checkpoint().location())) {
      // Another process continued the training, and only the newest checkpoints are kept.
      saved = opening.newest();
      open.add(saved);
    }
    return saved;
  }

  @Override
  public void close() {
    open.forEach(RunCheckpoint::close);
  }
}
