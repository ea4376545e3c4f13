package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.Differences;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Laws of the kernels that take a router's weights there and their gradient back. */
interface RoutedRowContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({"1,1", "17,3", "33,8", "127,1", "64,65"})
  default void should_do_with_a_list_what_is_done_with_its_rows_and_weights(int n, int groups) {
    RoutedRows rows = everySecond(n, groups);
    INDArray x = random(1, n, 17);
    INDArray listed = random(2, rows.length(), 17);
    double[] ones = new double[rows.length()];
    Arrays.fill(ones, 1);
    withoutChanging(
        () -> {
          assertSame(kernels().gatherRows(x, rows), kernels().gatherRows(x, rows.rows()));
          assertSame(
              kernels().combineRows(listed, rows),
              kernels().combineRows(listed, rows.rows(), rows.weights(), n));
          assertSame(
              kernels().sumRows(listed, rows), kernels().combineRows(listed, rows.rows(), ones, n));
          assertSame(
              kernels().spreadRows(x, rows), kernels().spreadRows(x, rows.rows(), rows.weights()));
          assertSame(kernels().rowDots(listed, x, rows), kernels().rowDots(listed, x, rows.rows()));
        },
        x,
        listed);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "17,3", "33,8", "127,1", "64,65"})
  default void should_place_numbers_in_their_row_and_group(int n, int groups) {
    RoutedRows rows = everySecond(n, groups);
    INDArray values = random(1, rows.length());
    double[] listed = vector(values);
    double[][] expected = new double[n][groups];
    double[][] weights = new double[n][groups];
    int i = 0;
    for (int g = 0; g < groups; g++) {
      for (int s = g % 2; s < n; s += 2) {
        expected[s][g] = listed[i];
        weights[s][g] = rows.weights()[i++];
      }
    }
    withoutChanging(
        () -> {
          INDArray placed = kernels().place(values, rows);
          assertResult(placed, n, groups);
          assertThat(matrix(placed)).isDeepEqualTo(expected);
          assertClose(kernels().placeWeights(rows), weights);
        },
        values);
  }

  @Test
  default void should_place_nothing_where_no_row_is_listed() {
    RoutedRows none = new RoutedRows(3, new int[5], new int[0], new double[0]);
    assertClose(kernels().placeWeights(none), new double[3][4]);
  }

  @Test
  default void should_refuse_to_place_outside_of_the_matrix() {
    RoutedRows outside = new RoutedRows(3, new int[] {0, 1}, new int[] {3}, new double[1]);
    assertThatIllegalArgumentException().isThrownBy(() -> kernels().place(random(1, 1), outside));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,8", "17,1", "33,8", "600,64"})
  default void should_make_probabilities_of_rows_and_take_their_gradient_back(int n, int d) {
    INDArray x = random(1, n, d).muli(3);
    x.getRow(0).subi(1000); // far below what has an exponential
    INDArray dp = random(2, n, d);
    double[][] p = matrix(x);
    double[][] dx = matrix(dp);
    for (int s = 0; s < n; s++) {
      double max = Arrays.stream(p[s]).max().getAsDouble();
      double[] exp = Arrays.stream(p[s]).map(z -> Math.exp(z - max)).toArray();
      double sum = Arrays.stream(exp).sum();
      p[s] = Arrays.stream(exp).map(value -> value / sum).toArray();
      double mean = SlowMath.dot(p[s], dx[s]);
      for (int e = 0; e < d; e++) {
        dx[s][e] = p[s][e] * (dx[s][e] - mean);
      }
    }
    withoutChanging(
        () -> {
          INDArray y = kernels().softmax(x);
          assertResult(y, n, d);
          assertClose(y, p);
          INDArray gradient = kernels().softmaxGradient(y, dp);
          assertResult(gradient, n, d);
          if (d > 1) {
            assertClose(gradient, dx);
          } else {
            assertThat(Differences.elements(gradient)).containsOnly(0);
          }
        },
        x,
        dp);
  }

  @Test
  default void should_take_the_gradient_back_through_rows_of_some_groups_or_none() {
    INDArray y = Nd4j.createFromArray(new double[][] {{0.25, 0, 0.75}, {0, 0, 0}});
    INDArray dy = Nd4j.createFromArray(new double[][] {{4, 100, 8}, {1, 2, 3}});
    INDArray dx =
        kernels().softmaxGradient(y.castTo(kernels().dataType()), dy.castTo(kernels().dataType()));
    assertClose(dx, new double[][] {{0.25 * (4 - 7), 0, 0.75 * (8 - 7)}, {0, 0, 0}});
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  default void should_spoil_all_of_what_is_not_finite_and_nothing_else(double bad) {
    INDArray x = random(1, 300, 65);
    double[] before = vector(x);
    kernels().spoilUnlessFinite(x);
    assertThat(vector(x)).isEqualTo(before);
    x.putScalar(70, bad);
    kernels().spoilUnlessFinite(x);
    assertThat(vector(x)).containsOnly(Double.NaN);
  }

  @Test
  default void should_spoil_what_is_too_large_to_be_squared_in_its_type() {
    INDArray x = random(1, 300, 65);
    x.putScalar(70, 1e30);
    double[] before = vector(x);
    kernels().spoilUnlessFinite(x);
    if (x.dataType() == DataType.DOUBLE) {
      assertThat(vector(x)).isEqualTo(before);
    } else {
      assertThat(vector(x)).containsOnly(Double.NaN);
    }
  }

  /** Group g has the even rows, or the odd ones, with weights that are nothing alike. */
  private static RoutedRows everySecond(int n, int groups) {
    int[] offsets = new int[groups + 1];
    int[] rows =
        IntStream.range(0, groups)
            .flatMap(g -> IntStream.range(0, n).filter(s -> s % 2 == g % 2))
            .toArray();
    for (int g = 0; g < groups; g++) {
      offsets[g + 1] = offsets[g] + (n + 1 - g % 2) / 2;
    }
    return new RoutedRows(n, offsets, rows, RandomArrays.uniform(rows.length, 3));
  }

  private static void assertSame(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(Differences.elements(actual)).isEqualTo(Differences.elements(expected));
  }
}
