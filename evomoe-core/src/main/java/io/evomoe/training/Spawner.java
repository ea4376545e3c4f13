package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a run's one expert a layer into several when their time has come.
 *
 * @param model of the run
 * @param optimizer whose moments the new experts may take over
 * @param evolution says when and how
 * @param seed of the run
 */
public record Spawner(Model<?> model, Optimizer optimizer, EvolutionSchedule evolution, long seed) {
  private static final Logger log = LoggerFactory.getLogger(Spawner.class);

  /** Spawns before the step that comes next, if it is time; the progress from then on. */
  public Progress spawnIfDue(Progress progress) {
    long step = progress.step();
    OptionalLong spawnStep = evolution.spawnStep();
    if (progress.spawned() || spawnStep.isEmpty() || step < spawnStep.getAsLong()) {
      return progress;
    }
    optimizer.inherit(spawn(step), evolution.config().copyMoments());
    optimizer.retain(model.parameters());
    log.info("Spawned experts before step {} ({})", step, evolution.config().spawnMethod());
    return progress.afterSpawn();
  }

  /** Gives a new model the experts that a saved run has, whose weights are yet to be loaded. */
  public void growAs(Progress saved) {
    if (saved.spawned()) {
      spawn(evolution.spawnStep().orElseThrow());
    }
  }

  private Map<Parameter, Parameter> spawn(long step) {
    long draws = CounterRandom.fold(CounterRandom.fold(seed, "spawn"), step);
    return model.spawn(evolution.config().spawnMethod(), draws);
  }
}
