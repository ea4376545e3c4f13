package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.Optimizer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the steps of a run, without evaluation and checkpoints. It has the model and everything
 * that is saved and resumed with it, and spawns the experts at the scheduled step.
 */
public abstract class StepSource {
  private static final Logger log = LoggerFactory.getLogger(StepSource.class);
  private static final String WORKSPACE = "EVOMOE_GRADIENT_NORM";

  /** Settings of the run. */
  protected final TrainerConfig config;

  /** Schedule of the phases. */
  protected final EvolutionSchedule evolution;

  /** Optimizer of the steps. */
  protected final Optimizer optimizer;

  private final Model<?> model;
  private final long seed;
  private final LearningRateSchedule rate;
  private Progress progress = Progress.START;

  /**
   * Creates the steps of a new run, or those that follow a saved one.
   *
   * @param model in its initial state; has one expert in each layer if experts will be spawned
   * @param optimizer in its initial state; the new experts may inherit its moments
   * @param evolution schedule of the phases
   * @param seed seed of the steps; the model's seed, except for one of several workers
   * @param saved run to continue; null for a new one
   * @throws IllegalArgumentException if the schedule's growth differs from the model's, or if the
   *     saved run had another seed, or had spawned experts and this one never does
   */
  protected StepSource(
      Model<?> model,
      Optimizer optimizer,
      TrainerConfig config,
      EvolutionSchedule evolution,
      long seed,
      @Nullable SavedRun saved) {
    if (!evolution.stays() && evolution.growth() != model.growth()) {
      throw new IllegalArgumentException(
          "growth of the schedule must be the model's, %s, was %s"
              .formatted(model.growth(), evolution.growth()));
    }
    this.model = model;
    this.optimizer = optimizer;
    this.config = config;
    this.evolution = evolution;
    this.seed = seed;
    this.rate = config.schedule();
    if (saved != null) {
      resume(saved);
    }
  }

  /**
   * Returns the optimizer steps of a run, which are taken here.
   *
   * @param batches batches by index
   * @param seed seed of the steps; the model's seed, except for one of several workers
   * @param saved run to continue; null for a new one
   */
  public static <B> StepSource of(
      Model<B> model,
      Optimizer optimizer,
      LongFunction<B> batches,
      TrainerConfig config,
      EvolutionSchedule evolution,
      long seed,
      @Nullable SavedRun saved) {
    return new OptimizerSteps<>(model, optimizer, batches, config, evolution, seed, saved);
  }

  private void resume(SavedRun saved) {
    Progress then = saved.progress();
    if (saved.context().seed() != seed) {
      throw mismatch("seed", seed, saved.context().seed(), saved);
    }
    if (then.spawned() && evolution.spawnStep().isEmpty()) {
      throw mismatch("growth", evolution.growth(), "SPAWNED", saved);
    }
    warnOfOtherPhase(saved);
    if (then.spawned()) {
      free(spawn(evolution.spawnStep().orElseThrow()).values());
    }
    saved.loadInto(model, optimizer);
    progress = then;
  }

  private static IllegalArgumentException mismatch(
      String field, Object value, Object wanted, SavedRun saved) {
    return new IllegalArgumentException(
        "%s must be %s as in %s, was %s".formatted(field, wanted, saved.location(), value));
  }

  private void warnOfOtherPhase(SavedRun saved) {
    long step = saved.progress().step();
    String then = phase(saved.context());
    String now = phase(evolution.context(step, false, seed));
    if (!now.equals(then)) {
      log.warn("Step {} is {} now, but was {} in {}", step, now, then, saved.location());
    }
  }

  private static String phase(StepContext context) {
    return "%s at temperature %s, with %d experts a token in the hard phase"
        .formatted(context.phase(), context.temperature(), context.hardExperts());
  }

  /**
   * Takes one step, or one round of several steps.
   *
   * @return the record without times and evaluation
   * @throws NotFiniteException if a value is not finite and the step may not be skipped
   */
  public abstract StepRecord next();

  /** Returns the progress of the run. */
  public final Progress progress() {
    return progress;
  }

  /** Returns phase and temperature of the last step. */
  public final StepContext context() {
    return context(progress.step() - 1);
  }

  /** Returns the content of a checkpoint at this point. */
  public final TrainingState state() {
    return new TrainingState(
        progress, evolution.context(progress.step(), false, seed), model, optimizer);
  }

  /** Frees the memory of the optimizer. */
  public final void close() {
    optimizer.close();
  }

  private StepContext context(long step) {
    return evolution.context(step, true, CounterRandom.fold(seed, step));
  }

  /** Returns the context of a micro-batch of a step. */
  final StepContext context(long step, int micro) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, step), micro);
    return evolution.context(step, true, draws);
  }

  /** Returns the learning rate of a step, from 0. */
  protected final double learningRate(long step) {
    return rate.at(step, config.training().steps());
  }

  /** Sets the progress without a record. */
  final void advance(Progress to) {
    progress = to;
  }

  /** Spawns experts if they are due before the next step. */
  protected final void spawnIfDue() {
    long step = progress.step();
    OptionalLong spawnStep = evolution.spawnStep();
    if (progress.spawned() || spawnStep.isEmpty() || step < spawnStep.getAsLong()) {
      return;
    }
    Map<Parameter, Parameter> lineage = spawn(step);
    if (evolution.config().copyMoments()) {
      optimizer.inherit(lineage);
    }
    optimizer.retain(model.parameters());
    free(lineage.values());
    log.info("Spawned experts after step {} ({})", step, evolution.config().spawnMethod());
    progress = progress.afterSpawn();
  }

  /** Frees the parents, which the model no longer uses. */
  private static void free(Collection<Parameter> parents) {
    Set.copyOf(parents).forEach(Parameter::free);
  }

  private Map<Parameter, Parameter> spawn(long step) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, "spawn"), step);
    return model.spawn(evolution.config().spawnMethod(), draws);
  }

  /**
   * Ends a step.
   *
   * @param done progress after it
   * @param gradientNorm NaN if the step was skipped
   * @return its record, without times and evaluation
   */
  protected final StepRecord finish(
      Progress done,
      double trainLoss,
      double auxLoss,
      double gradientNorm,
      List<RoutingReport> layers) {
    progress = done;
    double learningRate = learningRate(done.step() - 1);
    return StepRecord.of(
        model, evolution, done, learningRate, trainLoss, auxLoss, gradientNorm, layers);
  }

  /** Returns the Euclidean norm of the gradients of all parameters together, without scaling. */
  protected static double gradientNorm(Kernels kernels, Collection<Parameter> parameters) {
    List<INDArray> gradients =
        parameters.stream()
            .filter(parameter -> parameter.hasGradient() && !parameter.frozen())
            .map(Parameter::gradient)
            .toList();
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      return Math.sqrt(kernels.sumOfSquares(gradients));
    }
  }

  /** Takes the steps of a training elsewhere, such as with the workers of a cluster. */
  @FunctionalInterface
  public interface Factory {

    /**
     * Returns the source of the steps.
     *
     * @param model in its initial state; it gets the state that the steps have
     * @param config with the optimizer and the learning rate
     * @param evolution the phases
     * @param saved state to continue from; null for a new training
     * @throws IllegalArgumentException if the saved state cannot be continued
     */
    StepSource begin(
        Model<?> model,
        TrainerConfig config,
        EvolutionSchedule evolution,
        @Nullable SavedRun saved);
  }
}
