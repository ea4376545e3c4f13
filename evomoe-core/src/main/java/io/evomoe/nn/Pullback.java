package io.evomoe.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The backward half of a layer's forward pass; to be called at most once. */
@FunctionalInterface
public interface Pullback {

  /**
   * Adds to the gradients of the layer's parameters and returns the gradient of its input.
   *
   * @param gradient of the loss with respect to the output, same shape as the output; not changed
   * @return of the loss with respect to the input, same shape as the input
   */
  INDArray pull(INDArray gradient);
}
