package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import io.evomoe.training.StepSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens a run with changed data or settings. */
public final class RunOpening extends ProgramParts<RunOpening> {
  private final Path path;
  private final Map<String, String> changes = new LinkedHashMap<>();

  /** Null for that of the run. */
  @Nullable Dataset data;

  /** Null for data of the run alone. */
  @Nullable PreparedData prepared;

  private boolean remote;

  /** Null for that of the folder. */
  @Nullable Tokenizer tokenizer;

  private @Nullable OutputFolder output;

  RunOpening(Path path, @Nullable Dataset data, @Nullable Tokenizer tokenizer) {
    this.path = path;
    this.data = data;
    this.tokenizer = tokenizer;
  }

  @Override
  RunOpening self() {
    return this;
  }

  /** Trains and evaluates on this data from now on. */
  public RunOpening data(List<Path> others) {
    data = others.isEmpty() ? null : Dataset.files(others);
    return this;
  }

  /** Trains and evaluates on this data from now on; data of a program must be passed again. */
  public RunOpening data(Dataset other) {
    data = other;
    return this;
  }

  /** Passes the tokenizer of a program, with which the run was trained. */
  public RunOpening tokenizer(Tokenizer own) {
    tokenizer = own;
    return this;
  }

  /**
   * Sets one field, such as {@code training.steps} to {@code 1000}. Fields that the checkpoint
   * depends on, such as those of the model, are rejected.
   */
  public RunOpening set(String field, String value) {
    changes.put(field, value);
    return this;
  }

  /** Takes the steps elsewhere; needed for a run that was trained in rounds on a cluster. */
  @Override
  public RunOpening remote(StepSource.Factory steps) {
    remote = true;
    return super.remote(steps);
  }

  /** Trains on data that was read for several runs, and is not closed with the run. */
  public RunOpening prepared(PreparedData shared) {
    prepared = shared;
    data = shared.source();
    return this;
  }

  /** Writes to a folder that the caller has opened and closes; for the command line. */
  public RunOpening output(OutputFolder opened) {
    output = opened.shared();
    return this;
  }

  /** Opens the run. */
  public Run<?> open() {
    SavedState saved = saved();
    return of(saved, type(saved.config()));
  }

  /**
   * Opens the run with a checked model type.
   *
   * @throws IllegalArgumentException as well if the run has another model
   */
  public <M extends Model<?>> Run<M> open(Class<M> model) {
    Class<?> its = type(RunFolder.open(path).config());
    if (its != model) {
      throw new IllegalArgumentException(
          "%s holds the run of a %s, was opened as that of a %s"
              .formatted(path, its.getSimpleName(), model.getSimpleName()));
    }
    return of(saved(), model);
  }

  private static Class<? extends Model<?>> type(RunConfig config) {
    return Tasks.named(config.task()).modelType(config.model().architecture());
  }

  private <M extends Model<?>> Run<M> of(SavedState saved, Class<M> model) {
    Path folder = saved.checkpoint().folder().path();
    return new Run<>(folder, model, saved.config(), saved, output);
  }

  private RunCheckpoint checkpoint() {
    return changes.isEmpty() ? RunCheckpoint.open(path, null, data, tokenizer) : resumed();
  }

  /** Returns the newest checkpoint. */
  RunCheckpoint newest() {
    return RunCheckpoint.open(RunFolder.open(path).path(), null, data, tokenizer);
  }

  RunCheckpoint resumed() {
    if (!remote && RunFiles.hasRounds(RunFiles.runOf(path))) {
      throw new IllegalArgumentException(
          path + " was trained in rounds on a cluster: resume it there (--spark MASTER)");
    }
    return RunCheckpoint.open(path, changes, data, tokenizer);
  }

  SavedState saved() {
    return new SavedState(this, checkpoint());
  }
}
