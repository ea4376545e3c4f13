package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.Optimizer;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in training, with everything that is saved and resumed with it. It spawns the experts at
 * the scheduled step.
 *
 * @param model has one expert in each layer if experts will be spawned
 * @param optimizer optimizer whose moments the new experts may inherit
 * @param evolution schedule of the phases
 * @param seed seed of its steps; the model's seed, except for one of several workers
 * @param <B> a batch
 */
public record Learner<B>(
    Model<B> model, Optimizer optimizer, EvolutionSchedule evolution, long seed) {
  private static final Logger log = LoggerFactory.getLogger(Learner.class);

  /**
   * Rejects a schedule whose growth differs from the model's.
   *
   * @throws IllegalArgumentException if it differs
   */
  public Learner {
    if (!evolution.stays() && evolution.growth() != model.growth()) {
      throw new IllegalArgumentException(
          "growth of the schedule must be the model's, %s, was %s"
              .formatted(model.growth(), evolution.growth()));
    }
  }

  /** Creates a learner that uses the model's seed. */
  public Learner(Model<B> model, Optimizer optimizer, EvolutionSchedule evolution) {
    this(model, optimizer, evolution, model.seed());
  }

  /**
   * Restores a saved run. Model and optimizer must be in their initial state.
   *
   * @return the progress of that run
   * @throws IllegalArgumentException if the run had another seed, or had spawned experts and this
   *     one never does
   */
  public Progress resume(SavedRun saved) {
    SavedRunCheck.check(saved, seed, evolution);
    if (saved.progress().spawned()) {
      free(spawn(evolution.spawnStep().orElseThrow()).values());
    }
    saved.loadInto(model, optimizer);
    return saved.progress();
  }

  /** Spawns experts if they are due before the next step. Returns the progress after it. */
  public Progress spawnIfDue(Progress progress) {
    long step = progress.step();
    OptionalLong spawnStep = evolution.spawnStep();
    if (progress.spawned() || spawnStep.isEmpty() || step < spawnStep.getAsLong()) {
      return progress;
    }
    Map<Parameter, Parameter> lineage = spawn(step);
    optimizer.inherit(lineage, evolution.config().copyMoments());
    optimizer.retain(model.parameters());
    free(lineage.values());
    log.info("Spawned experts before step {} ({})", step, evolution.config().spawnMethod());
    return progress.afterSpawn();
  }

  /** Frees the parents, which the model no longer uses. */
  private static void free(Collection<Parameter> parents) {
    Set.copyOf(parents).forEach(Parameter::free);
  }

  private Map<Parameter, Parameter> spawn(long step) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, "spawn"), step);
    return model.spawn(evolution.config().spawnMethod(), draws);
  }

  /** Returns the context of a step. Micro-batches derive their own seeds from it. */
  StepContext context(long step) {
    return evolution.context(step, true, CounterRandom.fold(seed, step));
  }

  /** Returns the context of a micro-batch of a step. */
  StepContext context(long step, int micro) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, step), micro);
    return evolution.context(step, true, draws);
  }

  /** Returns the content of a checkpoint at this progress. */
  public TrainingState state(Progress progress) {
    return new TrainingState(progress, context(progress.step()), seed, model, optimizer);
  }
}
