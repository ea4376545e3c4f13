package io.evomoe.run.internal.task;

import io.evomoe.nn.Parameter;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.TaskData;
import io.evomoe.step.StepContext;
import io.evomoe.training.Callback;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  private final Lineage lineage;

  /** Releases the model's memory if its training cannot begin. */
  private TaskTraining(
      TaskData<B, M> data,
      RunConfig config,
      long earlierSteps,
      Function<M, Trainer<B>> trainer,
      Supplier<Lineage> lineage) {
    this.data = data;
    this.config = config;
    this.model = data.model(config, earlierSteps);
    try {
      requireAdapters();
      this.trainer = trainer.apply(model);
      this.lineage = lineage.get();
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    Supplier<StepContext> now = () -> this.trainer.state().context().evaluating();
    this.trainer.observe(
        most -> data.samples(model, now.get(), most),
        () -> data.expertUse(model, config, now.get()));
  }

  private void requireAdapters() {
    if (config.lora().active()
        && model.parameters().stream().noneMatch(p -> p.role() == Parameter.Role.ADAPTER)) {
      throw new IllegalArgumentException(
          "lora.modules must match a linear map or a module, such as *.attention, were "
              + config.lora().modules());
    }
  }

  /**
   * Creates a run before its first step.
   *
   * @param trainer that of the configuration, perhaps with an optimizer or schedule of a program
   * @param weights of a dense network to start from; null for random ones
   * @throws IllegalArgumentException if they do not fit this run's model
   */
  public static <B, M extends Model<B>> TaskTraining<B, M> of(
      TaskData<B, M> data,
      RunConfig config,
      TrainerConfig trainer,
      @Nullable DenseWeights weights) {
    if ("embedded".equals(config.options().get("prior"))) {
      throw new IllegalArgumentException(
          "gateOptions.%s.prior must be none, fixed, learned or annealed in a new run, was embedded: convert --embed-prior makes this form of a trained run"
              .formatted(config.gate()));
    }
    return new TaskTraining<>(
        data,
        config,
        0,
        model -> {
          if (weights != null) {
            weights.loadInto(model);
          }
          return new Trainer<>(model, data.batches(config), trainer, config.schedule());
        },
        () -> Lineage.NONE);
  }

  /**
   * Creates a run before its first step with the saved state of another one.
   *
   * @param earlierSteps steps that gates count from
   * @param batches batches of the data that were trained on before
   * @param lineage of the run, known when the state is loaded
   */
  static <B, M extends Model<B>> TaskTraining<B, M> from(
      TaskData<B, M> data,
      RunConfig config,
      TrainerConfig trainer,
      SavedRun start,
      long earlierSteps,
      long batches,
      Supplier<Lineage> lineage) {
    return new TaskTraining<>(
        data,
        config,
        earlierSteps,
        model ->
            Trainer.resumed(
                start,
                model,
                data.batches(config).after(batches),
                trainer,
                config.schedule().after(earlierSteps)),
        lineage);
  }

  /**
   * Resumes a saved run.
   *
   * @param trainer that of the configuration, perhaps with an optimizer or schedule of a program
   */
  public static <B, M extends Model<B>> TaskTraining<B, M> resumed(
      TaskData<B, M> data, RunConfig config, TrainerConfig trainer, Checkpoint saved) {
    long earlierSteps = saved.context().step() - saved.progress().step();
    Lineage lineage = Lineage.of(saved.config());
    return from(data, config, trainer, saved, earlierSteps, lineage.batches(), () -> lineage);
  }

  /** Returns the runs that this one descends from. */
  public Lineage lineage() {
    return lineage;
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

  /** Lets {@link #train} end the run for good, without another step. */
  public void requestEnd() {
    trainer.requestEnd();
  }

  /**
   * Trains to the end, or until a stop is requested. An interrupt of the thread is a request to
   * stop, and so is an exception of a callback. The training is saved before the exception is
   * rethrown.
   *
   * @param folder of the run, with the log of its earlier steps
   * @param begin called before the first step, when a stop request has an effect; returns the
   *     writer of checkpoints, each of which comes after the log up to it is on the disk
   * @param callbacks told of every step after it was recorded
   * @throws IllegalArgumentException if the disk has no room for the checkpoints
   */
  public Outcome train(Path folder, Supplier<CheckpointWriter> begin, List<Callback> callbacks) {
    return RecordedTraining.train(
        trainer, config.runName(), folder, () -> requireRoom(begin.get()), callbacks, this::result);
  }

  /** A run that was stopped before its first step is not measured. */
  private RunResult result(RecordedRun recorded, long plannedSteps) {
    TrainingState state = trainer.state();
    RunResult soFar = RunResult.of(recorded, plannedSteps, data.metricName());
    double metric =
        recorded.steps().isEmpty()
            ? Double.NaN
            : data.metric(model, config, state.context().evaluating(), soFar.validLoss());
    return soFar.ended(state.progress(), metric);
  }

  private CheckpointWriter requireRoom(CheckpointWriter checkpoints) {
    long left = config.training().steps() - trainer.progress().step();
    checkpoints.requireRoom(
        MemoryLimit.checkpointBytes(data.parameters(config)),
        config.trainer().keptCheckpoints(left));
    return checkpoints;
  }

  /** Releases the memory of the model and of its training. */
  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
