package io.evomoe.training;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: optimizer steps, an {@link Evaluation} when it is due, reports and
 * checkpoints.
 *
 * <p>Phase, temperature, learning rate, batches and randomness are pure functions of the step and
 * the configuration. A run that is saved and resumed therefore takes the same steps as without the
 * break.
 *
 * <p>A trainer is thread-safe. One thread trains at a time: steps and saves of others are rejected
 * meanwhile, and {@link #close} waits. Callbacks may save.
 *
 * @param <B> a batch
 */
public final class Trainer<B> implements AutoCloseable {
  private static final String BUSY =
      "is training: ask it to stop with requestStop, and wait for run";

  private static final double NANOS = 1e9;

  private final Lifetime lifetime = new Lifetime("the trainer", "make a new one");
  private final StepSource steps;
  private final TrainerConfig config;
  private final Evaluation<B> evaluation;
  private final CollapseWarning collapse;
  private final Handle handle;
  private Evaluation.Measured measured = Evaluation.Measured.NOTHING;
  private boolean running;
  private @Nullable Path lastCheckpoint;
  private @Nullable Long began;

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
    this(model, data, config, evolution, null);
  }

  private Trainer(
      Model<B> model,
      TrainingData<B> data,
      TrainerConfig config,
      EvolutionSchedule evolution,
      @Nullable SavedRun saved) {
    StepSource.Factory remote = config.remote();
    this.steps =
        remote == null
            ? new OptimizerSteps<>(
                model,
                config.optimizer(model.kernels()),
                data.training(),
                config,
                evolution,
                model.seed(),
                saved)
            : remote.begin(model, config, evolution, saved);
    TrainedPart.freeze(
        model,
        config.training(),
        data.training(),
        steps.state().context().evaluating(),
        saved == null ? Set.of() : saved.made());
    this.config = config;
    this.evaluation = new Evaluation<>(model, data.heldOut());
    this.collapse = new CollapseWarning(config.guards());
    this.lastCheckpoint = saved == null ? null : saved.location();
    this.handle =
        new Handle(steps, config.training().steps(), new RunName("training", "none", model.seed()));
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
    return new Trainer<>(model, data, config, evolution, saved);
  }

  private static EvolutionSchedule schedule(
      EvolutionConfig evolution, TrainerConfig config, Model<?> model) {
    return new EvolutionSchedule(evolution, config.training().steps(), model.growth());
  }

  /**
   * Continues the records of a run: its name, and its clock.
   *
   * @param earlier records of the steps that were taken before
   */
  public void record(RecordedRun earlier) {
    handle.continues(earlier);
  }

  /** Returns the records up to now. */
  public RecordedRun recorded() {
    return handle.recorded();
  }

  /** Sets the sources of {@link Training#samples} and {@link Training#expertUse}. */
  public void observe(IntFunction<Map<String, String>> samples, Supplier<List<ExpertUse>> experts) {
    handle.observe(samples, experts);
  }

  /**
   * Trains until the configured number of steps is done or a stop is requested. An interrupt of the
   * thread is a request to stop; the thread is interrupted again afterwards.
   */
  public void run(Callback... callbacks) {
    train(() -> null, System::nanoTime, List.of(callbacks));
  }

  /**
   * Trains like {@link #run} and writes checkpoints. They are written every configured number of
   * steps and minutes, and after the last step. Callbacks are told of a step before its checkpoint
   * is written, so their output is never older than it. If no step is taken, no checkpoint is
   * written.
   */
  public void runSaving(CheckpointWriter checkpoints, Callback... callbacks) {
    runSaving(checkpoints, System::nanoTime, callbacks);
  }

  void runSaving(CheckpointWriter checkpoints, LongSupplier clock, Callback... callbacks) {
    train(() -> checkpoints, clock, List.of(callbacks));
  }

  /**
   * Trains like {@link #runSaving(CheckpointWriter, Callback...)}.
   *
   * @param begin returns the writer of checkpoints. It is called after the callbacks were told of
   *     the start, unless one threw an exception
   */
  public void runSaving(Supplier<CheckpointWriter> begin, List<Callback> callbacks) {
    train(begin, System::nanoTime, callbacks);
  }

  private void train(
      Supplier<? extends @Nullable CheckpointWriter> begin,
      LongSupplier clock,
      List<Callback> callbacks) {
    List<Callback> all = new ArrayList<>(List.of(collapse));
    all.addAll(callbacks);
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      running = true;
      trainAlone(begin, clock, new Callbacks(all, handle));
    } finally {
      running = false;
      handle.restoreInterrupt();
    }
  }

  private void trainAlone(
      Supplier<? extends @Nullable CheckpointWriter> begin, LongSupplier clock, Callbacks told) {
    Throwable failure = null;
    try {
      handle.heedInterrupt();
      told.tell(callback -> callback.onStart(handle));
      CheckpointWriter checkpoints = told.failed() ? null : begin.get();
      long saved = clock.getAsLong();
      boolean stopped = handle.take(Handle.Request.STOP);
      while (!stopped && progress().step() < config.training().steps()) {
        boolean best = step(told);
        handle.heedInterrupt();
        stopped = handle.take(Handle.Request.STOP);
        boolean asked = handle.take(Handle.Request.SAVE) || stopped;
        boolean regular = asked || checkpointIsDue(clock.getAsLong() - saved);
        if (checkpoints != null && (regular || best)) {
          Path written = write(checkpoints, !regular);
          told.tell(callback -> callback.onCheckpoint(written, handle));
          saved = clock.getAsLong();
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    told.end(failure);
  }

  /** Returns whether the model is the best one, to be kept. */
  private boolean step(Callbacks told) {
    long from = progress().step();
    told.tell(callback -> callback.onBatch(from + 1, handle));
    StepRecord step = nextStep();
    told.tell(callback -> callback.onStep(step, handle));
    if (step.evaluated()) {
      told.tell(callback -> callback.onEvaluation(step, handle));
      return judge(step);
    }
    return false;
  }

  /**
   * Returns whether the model is the best one, to be kept. Ends a training that no longer improves.
   * Both follow from the records alone, so a resumed training does the same. One that goes on after
   * its end has as much patience again.
   */
  private boolean judge(StepRecord step) {
    RecordedRun run = handle.recorded();
    long best = run.best().map(StepRecord::step).orElse(step.step());
    if (best == step.step()) {
      return config.training().keepBest();
    }
    long worse = run.steps().stream().filter(one -> one.evaluated() && one.step() > best).count();
    int patience = config.training().patience();
    if (patience > 0 && worse % patience == 0 && step.step() < config.training().steps()) {
      handle.requestEnd();
    }
    return false;
  }

  /**
   * Writes a checkpoint now, between two steps.
   *
   * @return the path of the checkpoint
   */
  public Path save(CheckpointWriter checkpoints) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      return write(checkpoints, false);
    } finally {
      if (!running) {
        handle.restoreInterrupt();
      }
    }
  }

  private Path write(CheckpointWriter checkpoints, boolean extra) {
    Path written = handle.write(checkpoints, config.training().keepBest(), extra);
    lastCheckpoint = written;
    return written;
  }

  /**
   * Makes {@link #run} or {@link #runSaving} return after the current or the next step. It may be
   * called from any thread.
   */
  public void requestStop() {
    handle.requestStop();
  }

  /** Ends the training as {@link Training#requestEnd} does. */
  public void requestEnd() {
    handle.requestEnd();
  }

  /** Returns the steps of the whole training; after an early end, those that were taken. */
  public long plannedSteps() {
    return handle.endRequested() ? progress().step() : config.training().steps();
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
    long start = System.nanoTime();
    long first = began == null ? start : began;
    began = first;
    long from = progress().step();
    try {
      StepRecord done = steps.next();
      double seconds = secondsSince(start) / (done.step() - from);
      boolean asked = handle.take(Handle.Request.EVALUATE);
      if (asked || config.training().isDue(config.training().evalEvery(), from, done.step())) {
        done = evaluated(done);
      }
      return handle.record(done, secondsSince(first), seconds);
    } catch (NotFiniteException e) {
      throw new TrainingDivergedException(
          progress().step(), String.valueOf(e.getMessage()), lastCheckpoint);
    }
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / NANOS;
  }

  /** Adds the validation loss, and the routing fluctuation since the last evaluation. */
  private StepRecord evaluated(StepRecord done) {
    try {
      Evaluation.Measured now = evaluation.measure(steps.context());
      double loss = now.loss().orElse(Double.NaN);
      if (now.loss().isPresent() && !Double.isFinite(loss)) {
        throw new NotFiniteException("the loss was " + loss);
      }
      double fluctuation = now.changedSince(measured).orElse(Double.NaN);
      measured = now;
      return done.evaluated(loss, fluctuation);
    } catch (NotFiniteException e) {
      throw new NotFiniteException("on validation data, " + e.getMessage());
    }
  }

  /** Returns the progress of the run. */
  public Progress progress() {
    return steps.progress();
  }

  /** Returns the content of a checkpoint at this point. */
  public TrainingState state() {
    return steps.state();
  }

  /**
   * Frees the memory of the optimizer. The model stays open; its owner closes it. Waits for a
   * training in progress: call {@link #requestStop()} first to end it.
   *
   * @throws IllegalStateException if it is called inside the training, e.g. in a callback, or if
   *     the thread is interrupted while it waits
   */
  @Override
  public void close() {
    lifetime.close(steps::close);
  }

  private boolean checkpointIsDue(long nanosSinceLast) {
    TrainingConfig training = config.training();
    long step = progress().step();
    return training.isDue(training.checkpointEvery(), step - 1, step)
        || (training.checkpointMinutes() > 0
            && nanosSinceLast >= TimeUnit.MINUTES.toNanos(training.checkpointMinutes()));
  }
}
