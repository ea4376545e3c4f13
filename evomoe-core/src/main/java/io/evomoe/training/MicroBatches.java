package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Workspaces;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Sums up the gradients of the batches of one step. The batches reuse one workspace. The results
 * are those of the last step, up to the micro-batch that failed.
 */
final class MicroBatches<B> {
  private static final String WORKSPACE = "EVOMOE_STEP";

  private final Learner<B> learner;
  private final BatchSource<B> batches;
  private final int count;
  private int done;
  private double lossSum;
  private double auxLossSum;
  private long tokens;
  private double flops;
  private List<RoutingReport> layers = List.of();

  /**
   * Creates the micro-batches of all steps.
   *
   * @param learner learner whose gradients are computed
   * @param batches batches by index
   * @param count number of batches in a step
   */
  MicroBatches(Learner<B> learner, BatchSource<B> batches, int count) {
    this.learner = learner;
    this.batches = batches;
    this.count = count;
  }

  /**
   * Runs the forward and backward passes of a step's micro-batches.
   *
   * @throws NotFiniteException if a loss is not finite
   */
  void accumulate(long step) {
    done = 0;
    lossSum = 0;
    auxLossSum = 0;
    tokens = 0;
    flops = 0;
    layers = List.of();
    for (int micro = 0; micro < count; micro++) {
      B batch = batches.batch(step * count + micro);
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        Loss loss = learner.model().loss(batch, learner.context(step, micro));
        requireFinite("the loss", loss.value());
        requireFinite("the auxiliary loss", loss.auxLoss());
        loss.backward().run();
        add(loss);
      }
    }
  }

  private void add(Loss loss) {
    done++;
    lossSum += loss.value();
    auxLossSum += loss.auxLoss();
    tokens += loss.tokens();
    flops += loss.flops();
    layers = loss.reports();
  }

  double meanLoss() {
    return lossSum / done;
  }

  double meanAuxLoss() {
    return auxLossSum / done;
  }

  long tokens() {
    return tokens;
  }

  double flops() {
    return flops;
  }

  List<RoutingReport> layers() {
    return layers;
  }

  private static void requireFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new NotFiniteException(what + " was " + value);
    }
  }
}
