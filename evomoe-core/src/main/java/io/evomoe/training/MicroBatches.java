package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Workspaces;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Sums up the gradients of the batches of one step. The batches reuse one workspace.
 *
 * @param learner learner whose gradients are computed
 * @param batches batches by index
 * @param count number of batches in a step
 */
record MicroBatches<B>(Learner<B> learner, BatchSource<B> batches, int count) {
  private static final String WORKSPACE = "EVOMOE_STEP";

  /**
   * Runs the forward and backward passes of a step's micro-batches.
   *
   * @param sums receives the result of each micro-batch
   * @throws NotFiniteException if a loss is not finite
   */
  void accumulate(long step, StepSums sums) {
    for (int micro = 0; micro < count; micro++) {
      B batch = batches.batch(step * count + micro);
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        Loss loss = learner.model().loss(batch, learner.context(step, micro));
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
