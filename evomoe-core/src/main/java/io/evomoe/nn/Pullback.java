package io.evomoe.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The backward pass of a layer. Call it at most once. */
@FunctionalInterface
public interface Pullback {

  /**
   * Adds to the gradients of the layer's parameters and returns the gradient of its input.
   *
   * @param gradient gradient of the loss with respect to the output, same shape as the output; not
   *     changed
   * @return gradient of the loss with respect to the input, same shape as the input
   */
  INDArray pull(INDArray gradient);
}
