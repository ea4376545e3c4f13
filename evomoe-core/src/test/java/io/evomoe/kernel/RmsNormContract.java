package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.Kernels.Normalized;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Laws of normalisation by the root mean square. */
interface RmsNormContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({
    "1,1,1e-6",
    "1,17,1e-5",
    "17,3,1e-6",
    "33,64,1e-5",
    "3,127,1",
    "600,16,1e-6",
    "5,1030,1e-6"
  })
  default void should_divide_every_row_by_its_root_mean_square(int n, int d, double epsilon) {
    INDArray x = random(1, n, d).addi(2);
    INDArray gain = random(2, d);
    double[][] expected = standardize(matrix(x), epsilon);
    for (int i = 0; i < n; i++) {
      expected[i] = SlowMath.multiply(expected[i], vector(gain));
    }
    withoutChanging(
        () -> {
          INDArray y = kernels().normalize(x, gain, null, epsilon).output();
          assertResult(y, n, d);
          assertClose(y, expected);
        },
        x,
        gain);
  }

  @ParameterizedTest
  @CsvSource({
    "1,3,1e-6",
    "1,17,1e-5",
    "17,3,1e-6",
    "33,64,1e-5",
    "3,127,1",
    "600,16,1e-6",
    "5,1030,1e-6"
  })
  default void should_give_the_gradients_of_rms_norm(int n, int d, double epsilon) {
    INDArray x = random(1, n, d);
    INDArray gain = random(2, d);
    INDArray dy = random(4, n, d);
    Normalized forward = kernels().normalize(x, gain, null, epsilon);
    double[][] standard = standardize(matrix(x), epsilon);
    double[][] products = matrix(dy);
    for (int i = 0; i < n; i++) {
      products[i] = SlowMath.multiply(products[i], standard[i]);
    }
    double[] sums = SlowMath.columnSums(products);
    for (int beta : new int[] {0, 1}) {
      INDArray dGain = beta == 0 ? garbage(d) : random(5, d);
      double[] expected = beta == 0 ? sums : SlowMath.add(vector(dGain), sums);
      withoutChanging(
          () -> {
            Accumulator into = new Accumulator(dGain, beta);
            INDArray dx = forward.pullback().pull(dy, into, null);
            assertResult(dx, n, d);
            assertClose(dx, inputGradient(matrix(x), standard, vector(gain), matrix(dy), epsilon));
          },
          x,
          gain,
          dy,
          forward.output());
      assertClose(dGain, expected);
    }
  }

  /** Not divided by zero, and the slope there is {@code gain / sqrt(epsilon)}. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.25})
  default void should_leave_rows_of_zeros_at_zero(double epsilon) {
    INDArray x = random(1, 3, 17);
    x.getRow(1).assign(0);
    INDArray gain = random(2, 17);
    INDArray dy = random(3, 3, 17);
    Normalized forward = kernels().normalize(x, gain, null, epsilon);
    assertThat(Arrays.stream(matrix(forward.output())[1])).allMatch(value -> value == 0);
    INDArray dx = forward.pullback().pull(dy, new Accumulator(garbage(17), 0), null);
    double[] expected = SlowMath.multiply(vector(gain), matrix(dy)[1]);
    double scale = 1 / Math.sqrt(epsilon);
    assertClose(matrix(dx)[1], Arrays.stream(expected).map(g -> g * scale).toArray());
  }

  @Test
  default void should_not_depend_on_the_size_of_a_row_beyond_epsilon() {
    INDArray x = random(1, 4, 64);
    INDArray gain = random(2, 64);
    INDArray large = kernels().normalize(x.mul(1000), gain, null, 1e-12).output();
    assertClose(large, vector(kernels().normalize(x, gain, null, 1e-12).output()));
  }

  private static double meanSquare(double[] row) {
    return SlowMath.dot(row, row) / row.length;
  }

  private static double[][] standardize(double[][] x, double epsilon) {
    return Arrays.stream(x)
        .map(
            row -> {
              double root = Math.sqrt(meanSquare(row) + epsilon);
              return Arrays.stream(row).map(value -> value / root).toArray();
            })
        .toArray(double[][]::new);
  }

  /** Through the Jacobian: {@code d y_k / d x_j = (delta - s_k s_j / d) / root}. */
  private static double[][] inputGradient(
      double[][] x, double[][] standard, double[] gain, double[][] dy, double epsilon) {
    int d = gain.length;
    double[][] dx = new double[x.length][d];
    for (int i = 0; i < x.length; i++) {
      double root = Math.sqrt(meanSquare(x[i]) + epsilon);
      double projection = SlowMath.dot(SlowMath.multiply(dy[i], gain), standard[i]) / d;
      for (int j = 0; j < d; j++) {
        dx[i][j] = (dy[i][j] * gain[j] - projection * standard[i][j]) / root;
      }
    }
    return dx;
  }
}
