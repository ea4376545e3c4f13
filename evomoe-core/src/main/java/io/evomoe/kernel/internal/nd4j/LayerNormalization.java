package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Kernels.Normalized;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Layer normalisation over the rows of a matrix [n, d]. */
final class LayerNormalization {
  private LayerNormalization() {}

  static Normalized forward(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    INDArray mean = x.mean(1);
    INDArray output = x.subColumnVector(mean);
    INDArray variance = output.mul(output).mean(1);
    output.muliColumnVector(inverseDeviation(variance, epsilon));
    return new Normalized(output.muliRowVector(gain).addiRowVector(shift), mean, variance);
  }

  /** Returns {@code 1 / sqrt(variance + epsilon)} [n]. */
  static INDArray inverseDeviation(INDArray variance, double epsilon) {
    return Transforms.sqrt(variance.add(epsilon), false).rdivi(1);
  }

  /** Returns rows of mean 0 and variance 1, before gain and shift. */
  static INDArray standardize(INDArray x, INDArray mean, INDArray inverseDeviation) {
    return x.subColumnVector(mean).muliColumnVector(inverseDeviation);
  }

  /**
   * Returns {@code inverseDeviation (g - mean(g) - standard mean(g standard))} in each row.
   * Overwrites {@code standard}.
   *
   * @param g gradient of the standardized rows
   */
  static INDArray inputGradient(INDArray standard, INDArray inverseDeviation, INDArray g) {
    INDArray projection = g.mul(standard).mean(1);
    INDArray dx = g.subColumnVector(g.mean(1)).subi(standard.muliColumnVector(projection));
    return dx.muliColumnVector(inverseDeviation);
  }
}
