package io.evomoe.moe;

import io.evomoe.nn.Pass;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The result of a gate for one pass.
 *
 * @param routing assignments of tokens to experts
 * @param auxLoss loss that is added to the training loss, coefficient included; 0 if the gate has
 *     none. Its gradient flows through the pullback.
 * @param pullback the gate's backward pass
 */
public record Routed(Routing routing, double auxLoss, GatePullback pullback) {

  /** The backward pass of {@link Gate#route(INDArray, Pass)}. Call it at most once. */
  @FunctionalInterface
  public interface GatePullback {

    /**
     * Adds the gradients of the gate's parameters, including those of its auxiliary loss (weight
     * 1).
     *
     * @param gradient gradient of the loss with respect to the routing's weights and bypass
     * @return gradient with respect to the tokens [S, d], or null if there is none
     */
    @Nullable INDArray pull(RoutingGradient gradient);
  }
}
