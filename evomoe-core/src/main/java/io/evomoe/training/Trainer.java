package io.evomoe.training;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.NotFiniteException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: {@link OptimizerSteps}, a {@link PeriodicEvaluation} where it is due, and a
 * report and checkpoints of both.
 *
 * <p>Phase, temperature, learning rate, batches and randomness are pure functions of the step and
 * the configuration, so a run that is saved and resumed takes the very steps it would have taken.
 *
 * <p>For one thread, except for {@link #requestStop()}.
 *
 * @param <B> a batch
 */
public final class Trainer<B> implements AutoCloseable {
  private final Learner<B> learner;
  private final TrainerConfig config;
  private final PeriodicEvaluation<B> evaluation;
  private final CollapseWarning collapse;
  private final BatchSource<B> batches;
  private final AtomicBoolean stopRequested = new AtomicBoolean();
  private OptimizerSteps<B> steps;
  private @Nullable CheckpointWriter checkpoints;
  private @Nullable Path lastCheckpoint;
  private @Nullable Stopwatch run;

  /**
   * A run before its first step.
   *
   * @param model with one expert where experts will be spawned
   * @param evolution the phases; whether there are any, the model says
   */
  public Trainer(
      Model<B> model, TrainingData<B> data, TrainerConfig config, EvolutionConfig evolution) {
    this(
        model,
        data,
        config,
        new EvolutionSchedule(evolution, config.training().steps(), model.growth()));
  }

  /**
   * The same with a schedule.
   *
   * @throws IllegalArgumentException if it grows otherwise than the model
   */
  public Trainer(
      Model<B> model, TrainingData<B> data, TrainerConfig config, EvolutionSchedule evolution) {
    this(model, data, config, evolution, new AdamW(model.kernels(), config.training().adamW()));
  }

  /**
   * The same with another optimizer than {@link AdamW}.
   *
   * @param optimizer that has seen nothing yet
   */
  public Trainer(
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionSchedule evolution,
      Optimizer optimizer) {
    this.learner = new Learner<>(model, optimizer, evolution);
    this.config = config;
    this.batches = data.training();
    this.steps = new OptimizerSteps<>(learner, batches, config, Progress.START);
    this.evaluation = new PeriodicEvaluation<>(model, data.heldOut(), config.training());
    this.collapse = new CollapseWarning(config.guards());
  }

  /**
   * Continues a saved run. To be called before the first step, on a model as new as at the start of
   * that run.
   *
   * @throws IllegalArgumentException if the saved run had another seed, or had spawned experts and
   *     this one never does
   */
  public void resume(SavedRun saved) {
    steps = new OptimizerSteps<>(learner, batches, config, learner.resume(saved));
    lastCheckpoint = saved.location();
  }

  /**
   * From now on {@link #run} writes checkpoints: every so many steps, as configured, and when it
   * returns. It does so after the listeners heard of the step, so what they write is never behind.
   */
  public void checkpointTo(CheckpointWriter writer) {
    checkpoints = writer;
  }

  /** Writes a checkpoint now, between two steps; {@link #checkpointTo} comes first. */
  public void save() {
    if (checkpoints == null) {
      throw new IllegalStateException("checkpointTo must be called before save");
    }
    lastCheckpoint = checkpoints.write(state());
  }

  /** Steps until the configured number is done or a stop is requested. */
  public void run(TrainingListener... listeners) {
    boolean stopped = false;
    while (!stopped && progress().step() < config.training().steps()) {
      StepReport report = step();
      collapse.onStep(report);
      for (TrainingListener listener : listeners) {
        listener.onStep(report);
      }
      stopped = stopRequested.getAndSet(false);
      if (checkpoints != null && (stopped || checkpointIsDue())) {
        save();
      }
    }
  }

  /** Lets {@link #run} return after the step it is in, or the next one; from any thread. */
  public void requestStop() {
    stopRequested.set(true);
  }

  /**
   * One optimizer step, and the held-out loss where it is due.
   *
   * @throws TrainingDivergedException if a value is not finite and the step may not be skipped
   */
  public StepReport step() {
    Stopwatch whole = run == null ? new Stopwatch() : run;
    run = whole;
    Stopwatch thisStep = new Stopwatch();
    long from = progress().step();
    try {
      StepResult done = steps.next();
      double seconds = thisStep.seconds();
      PeriodicEvaluation.Result measured =
          evaluation.measureIfDue(from, done).orElse(PeriodicEvaluation.Result.NONE);
      return done.report(whole.seconds(), seconds, measured);
    } catch (NotFiniteException e) {
      throw new TrainingDivergedException(
          progress().step(), String.valueOf(e.getMessage()), lastCheckpoint);
    }
  }

  /** How far the run has come. */
  public Progress progress() {
    return steps.progress();
  }

  /** What a checkpoint must hold now. */
  public TrainingState state() {
    return learner.state(progress());
  }

  /** Gives back the memory of the optimizer; the model is closed by who made it. */
  @Override
  public void close() {
    learner.optimizer().close();
  }

  private boolean checkpointIsDue() {
    long step = progress().step();
    return config.training().isDue(config.training().checkpointEvery(), step - 1, step);
  }
}
