package io.evomoe.run.internal.task;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Lineage;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.SavedRun;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One training run of a task, recorded.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public final class TaskTraining<B, M extends Model<B>> implements AutoCloseable {
  private final TaskData<B, M> data;
  private final RunConfig config;
  private final M model;
  private final Trainer<B> trainer;
  private final RecordedTraining recorded;

  private TaskTraining(TaskData<B, M> data, RunConfig config, M model, Trainer<B> trainer) {
    this.data = data;
    this.config = config;
    this.model = model;
    this.trainer = trainer;
    this.recorded = new RecordedTraining(trainer);
    trainer.sample(() -> data.samples(model, trainer.state().context().evaluating()));
  }

  /** Creates a run before its first step. */
  public static <B, M extends Model<B>> TaskTraining<B, M> of(
      TaskData<B, M> data, RunConfig config) {
    return of(data, config, config.trainer());
  }

  /**
   * Creates a run before its first step.
   *
   * @param trainer that of the configuration, perhaps with an optimizer or schedule of a program
   */
  public static <B, M extends Model<B>> TaskTraining<B, M> of(
      TaskData<B, M> data, RunConfig config, TrainerConfig trainer) {
    return begun(data, config, 0, model -> fresh(data, config, trainer, model));
  }

  /**
   * Creates a run from the weights of a dense network.
   *
   * @throws IllegalArgumentException if they do not fit this run's model
   */
  public static <B, M extends Model<B>> TaskTraining<B, M> of(
      TaskData<B, M> data, RunConfig config, TrainerConfig trainer, DenseWeights weights) {
    return begun(
        data,
        config,
        0,
        model -> {
          weights.loadInto(model);
          return fresh(data, config, trainer, model);
        });
  }

  /**
   * Creates a run before its first step with the saved state of another one.
   *
   * @param earlierSteps steps that gates count from
   * @param batches batches of the data that were trained on before
   */
  static <B, M extends Model<B>> TaskTraining<B, M> from(
      TaskData<B, M> data,
      RunConfig config,
      TrainerConfig trainer,
      SavedRun start,
      long earlierSteps,
      long batches) {
    return begun(
        data,
        config,
        earlierSteps,
        model ->
            Trainer.resumed(
                start,
                model,
                data.batches(config).after(batches),
                trainer,
                config.schedule().after(earlierSteps)));
  }

  /** Resumes a saved run. */
  public static <B, M extends Model<B>> TaskTraining<B, M> resumed(
      TaskData<B, M> data, RunConfig config, Checkpoint saved) {
    return resumed(data, config, config.trainer(), saved);
  }

  /**
   * Resumes a saved run.
   *
   * @param trainer that of the configuration, perhaps with an optimizer or schedule of a program
   */
  public static <B, M extends Model<B>> TaskTraining<B, M> resumed(
      TaskData<B, M> data, RunConfig config, TrainerConfig trainer, Checkpoint saved) {
    long earlierSteps = saved.context().step() - saved.progress().step();
    return begun(
        data,
        config,
        earlierSteps,
        model ->
            Trainer.resumed(
                saved,
                model,
                data.batches(config).after(Lineage.of(saved.config()).batches()),
                trainer,
                config.schedule().after(earlierSteps)));
  }

  private static <B, M extends Model<B>> Trainer<B> fresh(
      TaskData<B, M> data, RunConfig config, TrainerConfig trainer, M model) {
    return new Trainer<>(model, data.batches(config), trainer, config.schedule());
  }

  /** Releases the model's memory if its training cannot begin. */
  private static <B, M extends Model<B>> TaskTraining<B, M> begun(
      TaskData<B, M> data, RunConfig config, long earlierSteps, Function<M, Trainer<B>> trainer) {
    M model = data.model(config, earlierSteps);
    try {
      return new TaskTraining<>(data, config, model, trainer.apply(model));
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Writes a checkpoint before the next steps.
   *
   * @throws IllegalArgumentException if the disk has no room for the checkpoints of the whole run
   */
  public void save(CheckpointWriter checkpoints) {
    requireRoom(checkpoints);
    trainer.save(checkpoints);
  }

  /** Lets {@link #train} return after its current step; from any thread. */
  public void requestStop() {
    trainer.requestStop();
  }

  /**
   * Trains to the end, or until a stop is requested. An interrupt of the thread is a request to
   * stop ({@link #interrupted}), and so is an exception of a callback. The training is saved before
   * the exception is rethrown.
   *
   * @param earlier steps that this run has taken before
   * @param folder of the run
   * @param begin called before the first step, when a stop request has an effect; returns the
   *     writer of checkpoints, each of which comes after the log up to it is on the disk
   * @param callbacks told of every step after it was recorded
   * @throws IllegalArgumentException if the disk has no room for the checkpoints
   */
  public Outcome train(
      RecordedRun earlier,
      Path folder,
      Supplier<CheckpointWriter> begin,
      List<Callback> callbacks) {
    RecordedRun all =
        recorded.train(earlier, folder, () -> requireRoom(begin.get()), callbacks);
    return trainer
        .restored()
        .map(best -> ended(Checkpoint.open(best), all))
        .orElseGet(() -> Results.of(data, model, config, trainer.state(), all));
  }

  /** The model of an early end may have other experts than that of the last step. */
  private Outcome ended(Checkpoint best, RecordedRun all) {
    long steps = best.progress().step();
    try (TaskTraining<B, M> restored = resumed(data, config, best)) {
      return Results.of(
          data, restored.model, config, restored.trainer.state(), all.upTo(steps), steps);
    }
  }

  private CheckpointWriter requireRoom(CheckpointWriter checkpoints) {
    long every = config.training().checkpointEvery();
    long left = config.training().steps() - trainer.progress().step();
    checkpoints.requireRoom(
        MemoryLimit.checkpointBytes(data.parameters(config).numbers()),
        every == 0 ? 1 : 1 + left / every);
    return checkpoints;
  }

  /** Whether the thread was interrupted in {@link #train}, which has cleared its flag. */
  public boolean interrupted() {
    return recorded.interrupted();
  }

  /** Releases the memory of the model and of its training. */
  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
