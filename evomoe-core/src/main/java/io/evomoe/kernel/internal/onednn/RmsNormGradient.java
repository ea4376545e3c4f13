package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Backward pass of the normalisation by the root mean square, row by row. That of oneDNN 3.13 is
 * not used, because it subtracts a mean from the gradient. Rows are staged through heap arrays like
 * those of {@link Rows}.
 */
final class RmsNormGradient {
  private static final int PIECE = 1 << 15;

  private final INDArray gain;
  private final float epsilon;
  private final int width;

  RmsNormGradient(INDArray gain, double epsilon) {
    this.gain = gain;
    this.epsilon = (float) epsilon;
    this.width = Math.toIntExact(gain.length());
  }

  /**
   * Overwrites dx and dGain.
   *
   * @param meanSquare mean square of each row of x
   */
  void compute(INDArray x, INDArray meanSquare, INDArray dy, INDArray dx, INDArray dGain) {
    FloatBuffer xs = Address.buffer(x);
    FloatBuffer dys = Address.buffer(dy);
    FloatBuffer dxs = Address.buffer(dx);
    FloatBuffer squares = Address.buffer(meanSquare);
    float[] gains = new float[width];
    Address.buffer(gain).get(gains);
    int n = Math.toIntExact(x.size(0));
    int grain = Math.max(1, PIECE / width);
    float[][] sums = new float[(n + grain - 1) / grain][width];
    Parallel.ranges(
        n,
        grain,
        (first, last) -> {
          float[] row = new float[width];
          float[] gradient = new float[width];
          float[] result = new float[width];
          for (int i = first; i < last; i++) {
            xs.get(i * width, row);
            dys.get(i * width, gradient);
            float inverse = (float) (1 / Math.sqrt(squares.get(i) + epsilon));
            addProducts(sums[first / grain], row, gradient, inverse);
            multiply(gradient, gains);
            double mean = DotProduct.of(row, gradient, width) / width;
            float projection = (float) (mean * inverse * inverse);
            subtract(gradient, row, projection, inverse, result);
            dxs.put(i * width, result);
          }
        });
    float[] sum = new float[width];
    for (float[] part : sums) {
      add(sum, part);
    }
    Address.buffer(dGain).put(sum);
  }

  private static void addProducts(float[] sum, float[] row, float[] gradient, float factor) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += row[j] * gradient[j] * factor;
    }
  }

  private static void multiply(float[] gradient, float[] gains) {
    for (int j = 0; j < gradient.length; j++) {
      gradient[j] *= gains[j];
    }
  }

  /** Computes {@code (gradient - row * projection) * factor}. */
  private static void subtract(
      float[] gradient, float[] row, float projection, float factor, float[] result) {
    for (int j = 0; j < result.length; j++) {
      result[j] = (gradient[j] - row[j] * projection) * factor;
    }
  }

  private static void add(float[] sum, float[] part) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += part[j];
    }
  }
}
