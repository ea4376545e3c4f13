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
 * A model that is trained, with all that is saved and resumed with it. Its one expert a layer turns
 * into several when their time has come.
 *
 * @param model with one expert where experts will be spawned
 * @param optimizer whose moments the new experts may take over
 * @param evolution says when and how
 * @param seed from which its steps are drawn; that of the model but for one of several workers
 * @param <B> a batch
 */
public record Learner<B>(
    Model<B> model, Optimizer optimizer, EvolutionSchedule evolution, long seed) {
  private static final Logger log = LoggerFactory.getLogger(Learner.class);

  /**
   * Refuses a schedule that grows otherwise than the model.
   *
   * @throws IllegalArgumentException if it does
   */
  public Learner {
    if (!evolution.stays() && evolution.growth() != model.growth()) {
      throw new IllegalArgumentException(
          "growth of the schedule must be the model's, %s, was %s"
              .formatted(model.growth(), evolution.growth()));
    }
  }

  /** A model that draws from its own seed. */
  public Learner(Model<B> model, Optimizer optimizer, EvolutionSchedule evolution) {
    this(model, optimizer, evolution, model.seed());
  }

  /**
   * Takes over a saved run; model and optimizer are as new as at the start of that run.
   *
   * @return how far that run had come
   * @throws IllegalArgumentException if it had another seed, or had spawned experts and this one
   *     never does
   */
  public Progress resume(SavedRun saved) {
    SavedRunCheck.check(saved, seed, evolution);
    if (saved.progress().spawned()) {
      free(spawn(evolution.spawnStep().orElseThrow()).values());
    }
    saved.loadInto(model, optimizer);
    return saved.progress();
  }

  /** Spawns before the step that comes next, if it is time; the progress from then on. */
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

  /** Parents, of whom the model has nothing any more. */
  private static void free(Collection<Parameter> parents) {
    Set.copyOf(parents).forEach(Parameter::free);
  }

  private Map<Parameter, Parameter> spawn(long step) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, "spawn"), step);
    return model.spawn(evolution.config().spawnMethod(), draws);
  }

  /** A step as a whole; micro-batches fold their number into a seed of their own. */
  StepContext context(long step) {
    return evolution.context(step, true, CounterRandom.fold(seed, step));
  }

  /** A micro-batch of a step. */
  StepContext context(long step, int micro) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, step), micro);
    return evolution.context(step, true, draws);
  }

  /** What a checkpoint must hold after this progress. */
  public TrainingState state(Progress progress) {
    return new TrainingState(progress, context(progress.step()), seed, model, optimizer);
  }
}
