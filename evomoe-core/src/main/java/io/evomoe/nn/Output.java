package io.evomoe.nn;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The result of a layer's forward pass.
 *
 * @param value the output
 * @param pullback its backward pass
 * @param reports reports of the MoE layers inside, in order; empty if there are none
 */
public record Output(INDArray value, Pullback pullback, List<RoutingReport> reports) {

  /** Makes the reports unmodifiable. */
  public Output {
    reports = List.copyOf(reports);
  }

  /** Creates an output without reports of MoE layers. */
  public Output(INDArray value, Pullback pullback) {
    this(value, pullback, List.of());
  }

  /** The backward pass of a layer. Call it at most once. */
  @FunctionalInterface
  public interface Pullback {

    /**
     * Adds to the gradients of the layer's parameters and returns the gradient of its input.
     *
     * @param gradient gradient of the loss with respect to the output, same shape as the output;
     *     not changed
     * @return gradient of the loss with respect to the input, same shape as the input
     */
    INDArray pull(INDArray gradient);
  }
}
