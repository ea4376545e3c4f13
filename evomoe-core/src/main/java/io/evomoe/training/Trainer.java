package io.evomoe.training;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.training.optimizer.AdamW;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: {@link OptimizerSteps}, a {@link PeriodicEvaluation} where it is due, and a
 * report and checkpoints of both.
 *
 * <p>Phase, temperature, learning rate, batches and randomness are pure functions of the step and
 * the configuration, so a run that is saved and resumed takes the very steps it would have taken.
 *
 * <p>Safe for use by several threads. One of them trains at a time: steps and saves of others are
 * rejected meanwhile, and {@link #close} waits. Listeners may save.
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
   * A run before its first step.
   *
   * @param model with one expert where experts will be spawned
   * @param evolution the phases; whether there are any, the model says
   */
  public Trainer(
      Model<B> model, TrainingData<B> data, TrainerConfig config, EvolutionConfig evolution) {
    this(model, data, config, schedule(evolution, config, model));
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
   * A saved run that goes on.
   *
   * @param model as new as at the start of that run
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

  /** The same with a schedule. */
  public static <B> Trainer<B> resumed(
      SavedRun saved,
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionSchedule evolution) {
    Optimizer optimizer = new AdamW(model.kernels(), config.training().adamW());
    return resumed(saved, model, data, config, evolution, optimizer);
  }

  /**
   * The same of a run with another optimizer than {@link AdamW}.
   *
   * @param optimizer of the saved run's kind, that has seen nothing yet
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

  /** Steps until the configured number is done or a stop is requested. */
  public void run(TrainingListener... listeners) {
    loop(null, System::nanoTime, told(listeners));
  }

  /**
   * The same with checkpoints: every so many steps and minutes, as configured, and after the last
   * step that it takes. They are written after the listeners heard of the step, so what those write
   * is never behind. Where it takes no step, none is written.
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
        told.onStep(nextStep(told));
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

  /** Writes a checkpoint now, between two steps, and says where. */
  public Path save(CheckpointWriter checkpoints) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      Path written = checkpoints.write(state());
      lastCheckpoint = written;
      return written;
    }
  }

  /**
   * Lets {@link #run} or {@link #runSaving} return after the step it is in, or the next one; from
   * any thread.
   */
  public void requestStop() {
    stopRequested.set(true);
  }

  /**
   * One optimizer step, and the held-out loss where it is due.
   *
   * @throws TrainingDivergedException if a value is not finite and the step may not be skipped
   * @throws IllegalStateException if it is training now, or was closed
   */
  public StepReport step() {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return nextStep(TrainingListeners.NONE);
    }
  }

  private StepReport nextStep(TrainingListener told) {
    Stopwatch whole = run == null ? new Stopwatch() : run;
    run = whole;
    Stopwatch thisStep = new Stopwatch();
    long from = progress().step();
    try {
      StepResult done = steps.next();
      double seconds = thisStep.seconds();
      Optional<PeriodicEvaluation.Result> measured = evaluation.measureIfDue(from, done);
      double wall = whole.seconds();
      measured.ifPresent(result -> told.onEvaluation(done.progress().step(), result));
      return done.report(wall, seconds, measured.orElse(PeriodicEvaluation.Result.NONE));
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

  /**
   * Gives back the memory of the optimizer; the model is closed by who made it. Waits for a
   * training in progress: call {@link #requestStop()} first to end it.
   *
   * @throws IllegalStateException from inside the training, such as in a listener, or if the thread
   *     is interrupted while it waits
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
