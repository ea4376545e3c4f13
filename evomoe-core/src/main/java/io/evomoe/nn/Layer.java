package io.evomoe.nn;

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
}
