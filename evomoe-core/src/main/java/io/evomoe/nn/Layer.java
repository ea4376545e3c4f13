package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A map of token rows [S, in] to token rows [S, out], with trainable parameters. */
public interface Layer {

  /**
   * Computes the output together with its pullback. The layer keeps nothing between calls.
   *
   * @param x [S, in]
   */
  Output forward(INDArray x, Pass pass);

  /** Returns the trainable parameters, in a fixed order. */
  List<Parameter> parameters();

  /**
   * Returns this layer with activation checkpointing (Chen et al., arXiv 1604.06174): it keeps only
   * input and output, and its backward pass repeats the forward pass. The gradients are
   * bit-identical. Such layers do not nest.
   */
  default Layer recomputed(Kernels kernels) {
    return new Recomputed(this, kernels);
  }
}
