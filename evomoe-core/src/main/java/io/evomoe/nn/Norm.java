package io.evomoe.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A normalisation of rows. */
public sealed interface Norm extends Layer permits LayerNorm, RmsNorm {

  /**
   * Normalises rows.
   *
   * @param x [n, d]
   * @return [n, d]
   */
  Output forward(INDArray x);

  @Override
  default Output forward(INDArray x, Pass pass) {
    return forward(x);
  }

  /** Returns a copy with its own names. */
  Norm copy(Scope scope);
}
