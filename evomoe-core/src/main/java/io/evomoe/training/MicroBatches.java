package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Workspaces;
import io.evomoe.random.CounterRandom;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/** Adds up the gradients of the batches of one step, each in a workspace that the next reuses. */
final class MicroBatches<B> {
  private static final String WORKSPACE = "EVOMOE_STEP";

  private final Model<B> model;
  private final BatchSource<B> batches;
  private final TrainerConfig config;
  private final EvolutionSchedule evolution;

  MicroBatches(
      Model<B> model, BatchSource<B> batches, TrainerConfig config, EvolutionSchedule evolution) {
    this.model = model;
    this.batches = batches;
    this.config = config;
    this.evolution = evolution;
  }

  /**
   * Runs forward and backward of a step's micro-batches.
   *
   * @param sums gets what each of them gave
   * @throws NotFiniteException if a loss is not finite
   */
  void accumulate(long step, StepSums sums) {
    for (int micro = 0; micro < config.training().microBatches(); micro++) {
      B batch = batches.batch(step * config.training().microBatches() + micro);
      long seed = CounterRandom.fold(CounterRandom.fold(config.seed(), step), micro);
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        Loss loss = model.loss(batch, evolution.context(step, true, seed));
        requireFinite("the loss", loss.value());
        requireFinite("the auxiliary loss", loss.auxLoss());
        loss.backward().run();
        sums.add(loss);
      }
    }
  }

  private static void requireFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new NotFiniteException(what + " was " + value);
    }
  }
}
