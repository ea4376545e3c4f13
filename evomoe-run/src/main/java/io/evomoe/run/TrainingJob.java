package io.evomoe.run;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.nn.Parameter;
import io.evomoe.run.internal.task.RecordedTraining;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.step.StepContext;
import io.evomoe.training.Callback;
import io.evomoe.training.Model;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The training of your own model on your own batches, in a folder: with {@code steps.jsonl}, {@code
 * curves.csv}, checkpoints and {@code result.json}. If the folder has a checkpoint, the training
 * resumes from it and takes the same steps as without the break. For the models of this library,
 * {@link Run} also keeps the configuration, the tokenizer and the data.
 *
 * <pre>{@code
 * try (TrainingJob<Rows> job =
 *     TrainingJob.of(model, new TrainingData<>(batches, heldOut))
 *         .named("prices", "switch")
 *         .config(TrainerConfig.defaults(500).with(t -> t.evalEvery(50).patience(3)))
 *         .in(Path.of("runs/prices"))) {
 *   System.out.println(job.train().result().bestValidLoss());
 * }
 * }</pre>
 *
 * @param <B> a batch
 */
public final class TrainingJob<B> implements AutoCloseable {
  /** Name of the metric in the result. It is the validation loss. */
  public static final String METRIC = "loss";

  private final OutputFolder output;
  private final Model<B> model;
  private final Trainer<B> trainer;
  private final RunName name;
  private final TrainerConfig config;
  private final CheckpointFolder checkpoints;
  private final boolean over;
  private @Nullable Outcome last;
  private @Nullable Checkpoint best;

  private TrainingJob(Builder<B> builder, OutputFolder output) {
    this.output = output;
    this.model = builder.model;
    this.config = builder.config;
    this.name = builder.name;
    Path folder = folder();
    Optional<Checkpoint> saved = CheckpointFolder.openLatest(folder);
    this.checkpoints =
        new CheckpointFolder(folder, config.guards().keepCheckpoints(), builder.notes);
    long planned = config.training().steps();
    this.over = saved.map(at -> at.progress().step() == planned || at.isEnd()).orElse(false);
    this.trainer = saved.map(builder::resumed).orElseGet(builder::fresh);
  }

  /**
   * Begins the description of a training.
   *
   * @param model model in its initial state, also to resume; the job does not close it
   */
  public static <B> Builder<B> of(Model<B> model, TrainingData<B> data) {
    return new Builder<>(model, data);
  }

  /** Returns the number of finished steps. */
  public long steps() {
    return trainer.progress().step();
  }

  /**
   * Trains until the last step, {@link #requestStop()} or an interrupt of the thread. If a callback
   * throws, the training is saved first; then the exception is rethrown. At the end, the model has
   * the weights with the lowest validation loss ({@code keepBest}).
   *
   * @return the result; if the training is already finished, the stored result
   * @throws IllegalStateException if the loss diverged
   */
  public Outcome train(Callback... callbacks) {
    Optional<Outcome> before = finished();
    boolean isGoing = last == null || last.result().isInterrupted();
    Outcome outcome = before.isPresent() ? before.get() : trained(callbacks);
    if (isGoing && !outcome.result().isInterrupted()) {
      loadBest();
    }
    last = outcome;
    return outcome;
  }

  /** A model that had other experts then keeps the weights of the last step. */
  private void loadBest() {
    Checkpoint found =
        CheckpointFolder.best(folder())
            .filter(one -> config.training().keepBest())
            .map(Checkpoint::open)
            .filter(one -> one.progress().spawned() == trainer.progress().spawned())
            .filter(one -> one.progress().step() != steps())
            .orElse(null);
    if (found != null) {
      found.loadModel(model);
    }
    best = found;
  }

  private Path folder() {
    return output.path().resolve(RunFiles.CHECKPOINTS);
  }

  private Outcome trained(Callback... callbacks) {
    if (over) {
      trainer.requestEnd();
    }
    return RecordedTraining.train(
        trainer, name, output.path(), this::begin, List.of(callbacks), this::result);
  }

  /** Its result says that no step is left, also after an early end. */
  private Optional<Outcome> finished() {
    if (last != null && !last.result().isInterrupted()) {
      return Optional.of(last);
    }
    return over ? Outcome.finished(output.path(), name, steps()) : Optional.empty();
  }

  private CheckpointWriter begin() {
    long numbers = model.parameters().stream().mapToLong(Parameter::length).sum();
    checkpoints.requireRoom(
        MemoryLimit.checkpointBytes(numbers),
        config.keptCheckpoints(config.training().steps() - steps()));
    return checkpoints;
  }

  private RunResult result(RecordedRun recorded, long planned) {
    RunResult soFar = RunResult.of(recorded, planned, METRIC);
    return soFar.measured(soFar.validLoss());
  }

  /** Returns the phase and temperature at which the model's weights are evaluated. */
  public StepContext context() {
    Checkpoint loaded = best;
    return (loaded == null ? trainer.state().context() : loaded.context()).evaluating();
  }

  /** Makes {@link #train} save and return after the current step; from any thread. */
  public void requestStop() {
    trainer.requestStop();
  }

  /** Releases the folder and the memory of the optimizer. The model stays open. */
  @Override
  public void close() {
    trainer.close();
    output.close();
  }

  /**
   * The description of a training.
   *
   * @param <B> a batch
   */
  public static final class Builder<B> {
    private final Model<B> model;
    private final TrainingData<B> data;
    private RunName name;
    private Map<String, String> notes = Map.of();
    private TrainerConfig config = TrainerConfig.defaults(1000);
    private @Nullable EvolutionSchedule schedule;
    private @Nullable Optimizer optimizer;

    private Builder(Model<B> model, TrainingData<B> data) {
      this.model = model;
      this.data = data;
      this.name = new RunName("own", "none", model.seed());
    }

    /**
     * Sets the names in the files (default {@code own} and {@code none}).
     *
     * @param task name of the task; not blank, without comma, quote or line break, like the gate's
     */
    public Builder<B> named(String task, String gate) {
      return named(new RunName(task, gate, model.seed()));
    }

    /** Sets the names in the files, such as those of a part of a larger training. */
    public Builder<B> named(RunName names) {
      name = names;
      return this;
    }

    /** Adds notes to every checkpoint; {@code Checkpoint.config()} returns them. */
    public Builder<B> notes(Map<String, String> texts) {
      notes = texts;
      return this;
    }

    /** Sets steps, learning rate, evaluations and checkpoints (default 1,000 steps). */
    public Builder<B> config(TrainerConfig settings) {
      config = settings;
      return this;
    }

    /** Sets the phases (default {@link EvolutionConfig#defaults()}). */
    public Builder<B> evolution(EvolutionSchedule phases) {
      schedule = phases;
      return this;
    }

    /**
     * Sets the optimizer (default AdamW).
     *
     * @param initial optimizer in its initial state; a resumed training needs the same kind
     */
    public Builder<B> optimizer(Optimizer initial) {
      optimizer = initial;
      return this;
    }

    /**
     * Begins the training in a folder, or resumes the one in it.
     *
     * @throws IllegalArgumentException if the folder has a {@link Run}, or its checkpoint belongs
     *     to another model
     */
    public TrainingJob<B> in(Path folder) {
      return in(OutputFolder.open(folder));
    }

    /** Begins or resumes the training in a folder that is open already and is closed with it. */
    public TrainingJob<B> in(OutputFolder output) {
      try {
        if (RunFiles.isRun(output.path())) {
          throw new IllegalArgumentException(
              output.path() + " holds a run: continue it with Run.open, or name another folder");
        }
        return new TrainingJob<>(this, output);
      } catch (RuntimeException | Error e) {
        output.close();
        throw e;
      }
    }

    private EvolutionSchedule evolution() {
      return schedule == null
          ? new EvolutionSchedule(
              EvolutionConfig.defaults(), config.training().steps(), model.growth())
          : schedule;
    }

    private TrainerConfig settings() {
      Optimizer own = optimizer;
      return own == null ? config : config.withOptimizer(spec -> own);
    }

    private Trainer<B> fresh() {
      return new Trainer<>(model, data, settings(), evolution());
    }

    private Trainer<B> resumed(Checkpoint saved) {
      return Trainer.resumed(saved, model, data, settings(), evolution());
    }
  }
}
