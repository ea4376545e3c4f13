package io.evomoe.training;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: {@link OptimizerSteps}, a {@link PeriodicEvaluation} when it is due, reports
 * and checkpoints.
 *
 * <p>Phase, temperature, learning rate, batches and randomness are pure functions of the step and
 * the configuration. A run that is saved and resumed therefore takes the same steps as without the
 * break.
 *
 * <p>A trainer is thread-safe. One thread trains at a time: steps and saves of others are rejected
 * meanwhile, and {@link #close} waits. Listeners may save.
 *
 * @param <B> a batch
 */
public final class Trainer<B> implements AutoCloseable {
  private static final String BUSY =
      "is training: ask it to stop with requestStop, and wait for run";

  private final Lifetime lifetime = new Lifetime("the trainer", "make a new one");
  private final Learner<B> learner;
  private final TrainerConfig config;
  private final PeriodicEvaluation<B> evaluation;
  private final CollapseWarning collapse;
  private final OptimizerSteps<B> steps;
  private final AtomicBoolean stopRequested = new AtomicBoolean();
  private @Nullable Path lastCheckpoint;
  private @Nullable Stopwatch run;

  /**
   * Creates a run before its first step.
   *
   * @param model has one expert in each layer if experts will be spawned
   * @param evolution the phases; ignored if the model does not spawn experts
   */
  public Trainer(
      Model<B> model, TrainingData<B> data, TrainerConfig config, EvolutionConfig evolution) {
    this(model, data, config, schedule(evolution, config, model));
  }

  /**
   * Creates a run with a schedule.
   *
   * @throws IllegalArgumentException if the schedule's growth differs from the model's
   */
  public Trainer(
      Model<B> model, TrainingData<B> data, TrainerConfig config, EvolutionSchedule evolution) {
    this(model, data, config, evolution, config.optimizer(model.kernels()));
  }

  /**
   * Creates a run with a schedule and another optimizer than the configured one.
   *
   * @param optimizer optimizer in its initial state
   */
  public Trainer(
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionSchedule evolution,
      Optimizer optimizer) {
    this(new Learner<>(model, optimizer, evolution), data, config, null);
  }

  private Trainer(
      Learner<B> learner, TrainingData<B> data, TrainerConfig config, @Nullable SavedRun saved) {
    Progress from = saved == null ? Progress.START : learner.resume(saved);
    this.learner = learner;
    this.config = config;
    this.steps = new OptimizerSteps<>(learner, data.training(), config, from);
    this.evaluation = new PeriodicEvaluation<>(learner.model(), data.heldOut(), config.training());
    this.collapse = new CollapseWarning(config.guards());
    this.lastCheckpoint = saved == null ? null : saved.location();
  }

  /**
   * Resumes a saved run.
   *
   * @param model model in its initial state
   * @throws IllegalArgumentException if the saved run had another seed, or had spawned experts and
   *     this one never does
   */
  public static <B> Trainer<B> resumed(
      SavedRun saved,
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionConfig evolution) {
    return resumed(saved, model, data, config, schedule(evolution, config, model));
  }

  /** Resumes a saved run with a schedule. */
  public static <B> Trainer<B> resumed(
      SavedRun saved,
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionSchedule evolution) {
    Optimizer optimizer = config.optimizer(model.kernels());
    return resumed(saved, model, data, config, evolution, optimizer);
  }

  /**
   * Resumes a saved run with another optimizer than the configured one.
   *
   * @param optimizer optimizer of the same kind as in the saved run, in its initial state
   */
  public static <B> Trainer<B> resumed(
      SavedRun saved,
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionSchedule evolution,
      Optimizer optimizer) {
    return new Trainer<>(new Learner<>(model, optimizer, evolution), data, config, saved);
  }

  private static EvolutionSchedule schedule(
      EvolutionConfig evolution, TrainerConfig config, Model<?> model) {
    return new EvolutionSchedule(evolution, config.training().steps(), model.growth());
  }

  /** Trains until the configured number of steps is done or a stop is requested. */
  public void run(TrainingListener... listeners) {
    loop(null, System::nanoTime, told(listeners));
  }

  /**
   * Trains like {@link #run} and writes checkpoints. They are written every configured number of
   * steps and minutes, and after the last step. Listeners are called before the checkpoint is
   * written, so their output is never older than it. If no step is taken, no checkpoint is written.
   */
  public void runSaving(CheckpointWriter checkpoints, TrainingListener... listeners) {
    runSaving(checkpoints, System::nanoTime, listeners);
  }

  void runSaving(CheckpointWriter checkpoints, LongSupplier clock, TrainingListener... listeners) {
    loop(checkpoints, clock, told(listeners));
  }

  private TrainingListeners told(TrainingListener... listeners) {
    List<TrainingListener> all = new ArrayList<>(List.of(collapse));
    all.addAll(List.of(listeners));
    return new TrainingListeners(all);
  }

  private void loop(
      @Nullable CheckpointWriter checkpoints, LongSupplier clock, TrainingListeners told) {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      loopAlone(checkpoints, clock, told);
    }
  }

  private void loopAlone(
      @Nullable CheckpointWriter checkpoints, LongSupplier clock, TrainingListeners told) {
    Throwable failure = null;
    long saved = clock.getAsLong();
    try {
      told.onStart(progress(), this::requestStop);
      boolean stopped = stopRequested.getAndSet(false);
      while (!stopped && progress().step() < config.training().steps()) {
        StepRecord step = nextStep();
        told.onStep(step);
        if (step.evaluated()) {
          told.onEvaluation(step);
        }
        stopped = stopRequested.getAndSet(false);
        if (checkpoints != null && (stopped || checkpointIsDue(clock.getAsLong() - saved))) {
          told.onCheckpoint(save(checkpoints));
          saved = clock.getAsLong();
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      end(told, failure);
    }
  }

  private void end(TrainingListeners told, @Nullable Throwable failure) {
    try {
      told.onEnd(progress());
    } catch (RuntimeException | Error e) {
      if (failure == null) {
        throw e;
      }
      failure.addSuppressed(e);
    }
  }

  /**
   * Writes a checkpoint now, between two steps.
   *
   * @return the path of the checkpoint
   */
  public Path save(CheckpointWriter checkpoints) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      Path written = checkpoints.write(state());
      lastCheckpoint = written;
      return written;
    }
  }

  /**
   * Makes {@link #run} or {@link #runSaving} return after the current or the next step. It may be
   * called from any thread.
   */
  public void requestStop() {
    stopRequested.set(true);
  }

  /**
   * Takes one optimizer step and measures the validation loss if it is due.
   *
   * @throws TrainingDivergedException if a value is not finite and the step may not be skipped
   * @throws IllegalStateException if a training is in progress, or the trainer was closed
   */
  public StepRecord step() {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return nextStep();
    }
  }

  private StepRecord nextStep() {
    Stopwatch whole = run == null ? new Stopwatch() : run;
    run = whole;
    Stopwatch thisStep = new Stopwatch();
    long from = progress().step();
    try {
      StepRecord done = steps.next();
      double seconds = thisStep.seconds();
      return evaluation
          .measureIfDue(from, done, learner.context(done.step() - 1))
          .timed(whole.seconds(), seconds);
    } catch (NotFiniteException e) {
      throw new TrainingDivergedException(
          progress().step(), String.valueOf(e.getMessage()), lastCheckpoint);
    }
  }

  /** Returns the progress of the run. */
  public Progress progress() {
    return steps.progress();
  }

  /** Returns the content of a checkpoint at this point. */
  public TrainingState state() {
    return learner.state(progress());
  }

  /**
   * Frees the memory of the optimizer. The model stays open; its owner closes it. Waits for a
   * training in progress: call {@link #requestStop()} first to end it.
   *
   * @throws IllegalStateException if it is called inside the training, e.g. in a listener, or if
   *     the thread is interrupted while it waits
   */
  @Override
  public void close() {
    lifetime.close(learner.optimizer()::close);
  }

  private boolean checkpointIsDue(long nanosSinceLast) {
    TrainingConfig training = config.training();
    long step = progress().step();
    return training.isDue(training.checkpointEvery(), step - 1, step)
        || (training.checkpointMinutes() > 0
            && nanosSinceLast >= TimeUnit.MINUTES.toNanos(training.checkpointMinutes()));
  }
}
