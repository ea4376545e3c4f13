package io.evomoe.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array that a kernel adds to: {@code array = beta * array + contribution}.
 *
 * @param array the target, C order
 * @param beta 0 for the first contribution (the old content is not read), 1 for further ones
 */
public record Accumulator(INDArray array, double beta) {

  /** Returns the accumulator for contributions after the first one. */
  public Accumulator further() {
    return new Accumulator(array, 1);
  }
}
