package io.evomoe.training;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training loop. A step asks the schedule for phase and temperature, spawns the experts when
 * their time has come, averages the gradients of the micro-batches, clips them by their global norm
 * and updates the parameters. Micro-batches weigh equally, whatever number of tokens they count.
 *
 * <p>Phase, temperature, learning rate, batches and randomness are pure functions of the step and
 * the configuration, so a run that is saved and resumed takes the very steps it would have taken.
 *
 * <p>For one thread, except for {@link #requestStop()}.
 *
 * @param <B> a batch
 */
public final class Trainer<B> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Trainer.class);

  private final Model<B> model;
  private final MicroBatches<B> microBatches;
  private final TrainerConfig config;
  private final EvolutionSchedule evolution;
  private final Optimizer optimizer;
  private final GradientNorm gradientNorm;
  private final Spawner spawner;
  private final Evaluation<B> evaluation;
  private final CollapseWarning collapse;
  private final AtomicBoolean stopRequested = new AtomicBoolean();
  private Progress progress = Progress.START;
  private FirstExperts probed = new FirstExperts();
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
    if (!evolution.stays() && evolution.growth() != model.growth()) {
      throw new IllegalArgumentException(
          "growth of the schedule must be the model's, %s, was %s"
              .formatted(model.growth(), evolution.growth()));
    }
    this.model = model;
    this.microBatches = new MicroBatches<>(model, data.training(), config, evolution);
    this.config = config;
    this.evolution = evolution;
    this.optimizer = optimizer;
    this.gradientNorm = new GradientNorm(model.kernels());
    this.spawner = new Spawner(model, optimizer, evolution, config.seed());
    this.evaluation = new Evaluation<>(model, data.heldOut());
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
    SavedRunCheck.check(saved, config, evolution);
    spawner.growAs(saved.progress());
    saved.loadInto(model, optimizer);
    progress = saved.progress();
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
    while (!stopped && progress.step() < config.training().steps()) {
      StepReport report = step();
      collapse.onStep(report);
      for (TrainingListener listener : listeners) {
        listener.onStep(report);
      }
      stopped = stopRequested.getAndSet(false);
      if (checkpoints != null && (stopped || due(config.training().checkpointEvery()))) {
        save();
      }
    }
  }

  /** Lets {@link #run} return after the step it is in, or the next one; from any thread. */
  public void requestStop() {
    stopRequested.set(true);
  }

  /**
   * One optimizer step, and the held-out loss where it is due. A step whose loss or gradient is not
   * finite changes no parameter, moment or gate state; {@link Guards#skipNonFinite()} of them are
   * skipped.
   *
   * @throws TrainingDivergedException if such a step comes when none may be skipped any more
   */
  public StepReport step() {
    Stopwatch whole = run == null ? new Stopwatch() : run;
    run = whole;
    Stopwatch thisStep = new Stopwatch();
    StepContext moment = context(progress.step());
    progress = spawner.spawnIfDue(progress);
    List<Parameter> parameters = model.parameters();
    parameters.forEach(Parameter::clearGradient);
    GateStates before = mayStillSkip() ? GateStates.of(model) : GateStates.none();
    StepSums sums = new StepSums();
    double rate = config.training().rate().at(progress.step(), config.training().steps());
    double norm = Double.NaN;
    try {
      microBatches.accumulate(progress.step(), sums);
      norm = update(parameters, rate);
    } catch (NotFiniteException e) {
      skipOrStop(e);
      before.restore();
    }
    progress = progress.afterStep(sums.tokens(), sums.flops());
    double stepSeconds = thisStep.seconds();
    OptionalDouble validLoss = OptionalDouble.empty();
    OptionalDouble fluctuation = OptionalDouble.empty();
    if (due(config.training().evalEvery())) {
      Evaluation.Measured measured = measured(moment);
      validLoss = measured.loss();
      fluctuation = measured.firstExperts().changedSince(probed);
      probed = measured.firstExperts();
    }
    return new StepReport(
        progress.step(),
        progress.tokens(),
        progress.trainFlops(),
        whole.seconds(),
        stepSeconds,
        sums.meanLoss(),
        validLoss,
        sums.meanAuxLoss(),
        norm,
        rate,
        moment.phase(),
        moment.temperature(),
        sums.routing(),
        fluctuation);
  }

  /** How far the run has come. */
  public Progress progress() {
    return progress;
  }

  /** What a checkpoint must hold now. */
  public TrainingState state() {
    return new TrainingState(progress, context(progress.step()), config.seed(), model, optimizer);
  }

  /** Gives back the memory of the optimizer; the model is closed by who made it. */
  @Override
  public void close() {
    optimizer.close();
  }

  private double update(List<Parameter> parameters, double rate) {
    double scale = 1.0 / config.training().microBatches();
    double norm = gradientNorm.of(parameters) * scale;
    if (!Double.isFinite(norm)) {
      throw new NotFiniteException(
          gradientNorm
              .lastNotFinite(parameters)
              .map(parameter -> "the gradient of " + parameter.name() + " was not finite")
              .orElse("the gradient norm was " + norm));
    }
    double clipping = norm > config.training().clipNorm() ? config.training().clipNorm() / norm : 1;
    optimizer.update(parameters, rate, scale * clipping);
    return norm;
  }

  private Evaluation.Measured measured(StepContext moment) {
    try {
      return evaluation.measure(moment);
    } catch (NotFiniteException e) {
      throw new TrainingDivergedException(
          progress.step(), "on held-out data, " + e.getMessage(), lastCheckpoint);
    }
  }

  private boolean mayStillSkip() {
    return progress.skipped() < config.guards().skipNonFinite();
  }

  private void skipOrStop(NotFiniteException cause) {
    if (!mayStillSkip()) {
      throw new TrainingDivergedException(
          progress.step(), String.valueOf(cause.getMessage()), lastCheckpoint);
    }
    progress = progress.afterSkip();
    log.warn(
        "Step {} is skipped: {} ({} of at most {} skipped steps)",
        progress.step(),
        cause.getMessage(),
        progress.skipped(),
        config.guards().skipNonFinite());
  }

  /** The step as a whole; micro-batches fold their number into a seed of their own. */
  private StepContext context(long step) {
    return evolution.context(step, true, CounterRandom.fold(config.seed(), step));
  }

  private boolean due(long every) {
    long step = progress.step();
    return step == config.training().steps() || (every > 0 && step % every == 0);
  }
}
