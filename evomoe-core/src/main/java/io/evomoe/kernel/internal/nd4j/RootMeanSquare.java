package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Kernels.RmsNormalized;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Normalisation of the rows of a matrix [n, d] by their root mean square. */
final class RootMeanSquare {
  private RootMeanSquare() {}

  static RmsNormalized forward(INDArray x, INDArray gain, double epsilon) {
    INDArray meanSquare = x.mul(x).mean(1);
    INDArray inverse = LayerNormalization.inverseDeviation(meanSquare, epsilon);
    return new RmsNormalized(x.mulColumnVector(inverse).muliRowVector(gain), meanSquare);
  }

  /**
   * Returns {@code inverse (g - standard mean(g standard))} in each row. Overwrites {@code
   * standard}.
   *
   * @param inverse 1 / root mean square [n]
   * @param g gradient of the standardized rows
   */
  static INDArray inputGradient(INDArray standard, INDArray inverse, INDArray g) {
    INDArray projection = g.mul(standard).mean(1);
    return g.sub(standard.muliColumnVector(projection)).muliColumnVector(inverse);
  }
}
