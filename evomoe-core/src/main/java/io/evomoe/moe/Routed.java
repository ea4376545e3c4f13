package io.evomoe.moe;

import io.evomoe.nn.Pass;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a gate gives for one pass.
 *
 * @param routing who computes what
 * @param auxLoss added to the training loss, coefficient included; 0 when the gate has none. Its
 *     gradient goes through the pullback.
 * @param pullback the gate's backward pass
 */
public record Routed(Routing routing, double auxLoss, GatePullback pullback) {

  /** The backward half of {@link Gate#route(INDArray, Pass)}; to be called at most once. */
  @FunctionalInterface
  public interface GatePullback {

    /**
     * Adds the gradients of the gate's parameters, those of its auxiliary loss (weight 1) included.
     *
     * @param gradient of the loss with respect to the routing's weights and bypass
     * @return gradient with respect to the tokens [S, d], or null where none flows
     */
    @Nullable INDArray pull(RoutingGradient gradient);
  }
}
