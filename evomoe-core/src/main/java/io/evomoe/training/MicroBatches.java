package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Workspaces;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Adds up the gradients of the batches of one step, each in a workspace that the next reuses.
 *
 * @param learner whose gradients
 * @param batches by number
 * @param count of a step
 */
record MicroBatches<B>(Learner<B> learner, BatchSource<B> batches, int count) {
  private static final String WORKSPACE = "EVOMOE_STEP";

  /**
   * Runs forward and backward of a step's micro-batches.
   *
   * @param sums gets what each of them gave
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
