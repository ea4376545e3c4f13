package io.evomoe.kernel;

import io.evomoe.kernel.Kernels.Normalized;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Laws of layer normalisation. */
interface LayerNormContract extends KernelFixture {
  double EPSILON = 1e-5;

  @ParameterizedTest
  @CsvSource({"1,1", "1,17", "17,3", "33,64", "3,127"})
  default void should_normalize_every_row(int n, int d) {
    INDArray x = random(1, n, d).addi(2);
    INDArray gain = random(2, d);
    INDArray shift = random(3, d);
    double[][] scaled = scaleRows(standardize(matrix(x)), vector(gain));
    double[][] expected = SlowMath.addRow(scaled, vector(shift));
    withoutChanging(
        () -> {
          INDArray y = kernels().normalize(x, gain, shift, EPSILON).output();
          assertResult(y, n, d);
          assertClose(y, expected);
        },
        x,
        gain,
        shift);
  }

  @ParameterizedTest
  @CsvSource({"1,3", "1,17", "17,3", "33,64", "3,127"})
  default void should_give_the_gradients_of_layer_norm(int n, int d) {
    INDArray x = random(1, n, d);
    INDArray gain = random(2, d);
    INDArray dy = random(4, n, d);
    Normalized forward = kernels().normalize(x, gain, random(3, d), EPSILON);
    double[][] standard = standardize(matrix(x));
    double[][] products = matrix(dy);
    for (int i = 0; i < n; i++) {
      products[i] = SlowMath.multiply(products[i], standard[i]);
    }
    double[] sums = SlowMath.columnSums(products);
    for (int beta : new int[] {0, 1}) {
      INDArray dGain = beta == 0 ? garbage(d) : random(5, d);
      INDArray dShift = random(6, d);
      double[] expectedGain = beta == 0 ? sums : SlowMath.add(vector(dGain), sums);
      double[] expectedShift = SlowMath.add(vector(dShift), SlowMath.columnSums(matrix(dy)));
      withoutChanging(
          () -> {
            Accumulator gains = new Accumulator(dGain, beta);
            INDArray dx = forward.pullback().pull(dy, gains, new Accumulator(dShift, 1));
            assertResult(dx, n, d);
            assertClose(dx, inputGradient(matrix(x), standard, vector(gain), matrix(dy)));
          },
          x,
          gain,
          dy,
          forward.output());
      assertClose(dGain, expectedGain);
      assertClose(dShift, expectedShift);
    }
  }

  @Test
  default void should_give_the_shift_for_a_constant_row() {
    INDArray x = random(1, 3, 17).muli(0).addi(4);
    INDArray shift = random(3, 17);
    INDArray y = kernels().normalize(x, random(2, 17), shift, EPSILON).output();
    double[] row = vector(shift);
    assertClose(y, new double[][] {row, row, row});
  }

  private static double[][] scaleRows(double[][] x, double[] factors) {
    return Arrays.stream(x).map(row -> SlowMath.multiply(row, factors)).toArray(double[][]::new);
  }

  private static double[][] standardize(double[][] x) {
    double[][] result = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        double deviation = Math.sqrt(SlowMath.variance(x[i]) + EPSILON);
        result[i][j] = (x[i][j] - SlowMath.mean(x[i])) / deviation;
      }
    }
    return result;
  }

  /** Through the Jacobian: {@code d y_k / d x_j = (delta - 1/d - s_k s_j / d) / deviation}. */
  private static double[][] inputGradient(
      double[][] x, double[][] standard, double[] gain, double[][] dy) {
    int d = gain.length;
    double[][] dx = new double[x.length][d];
    for (int i = 0; i < x.length; i++) {
      double deviation = Math.sqrt(SlowMath.variance(x[i]) + EPSILON);
      for (int j = 0; j < d; j++) {
        for (int k = 0; k < d; k++) {
          double jacobian = (j == k ? 1 : 0) - (1 + standard[i][k] * standard[i][j]) / d;
          dx[i][j] += dy[i][k] * gain[k] * jacobian / deviation;
        }
      }
    }
    return dx;
  }
}
