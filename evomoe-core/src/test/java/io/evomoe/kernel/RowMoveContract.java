package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.Differences;
import io.evomoe.testing.RandomArrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Laws of the kernels that move rows: lookup, dispatch and combine. */
interface RowMoveContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({"1,1,1", "17,1,3", "3,33,17", "64,17,33", "127,127,1", "127,3,64"})
  default void should_gather_rows(int m, int n, int d) {
    INDArray x = random(1, n, d);
    int[] rows = RandomArrays.integers(m, n, 2);
    double[][] table = matrix(x);
    double[][] expected = new double[m][];
    for (int i = 0; i < m; i++) {
      expected[i] = table[rows[i]];
    }
    withoutChanging(
        () -> {
          INDArray gathered = kernels().gatherRows(x, rows);
          assertResult(gathered, m, d);
          assertThat(matrix(gathered)).isDeepEqualTo(expected);
        },
        x);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "17,1,3", "3,33,17", "64,17,33", "127,127,1", "127,3,64"})
  default void should_add_rows_that_go_to_the_same_place(int m, int n, int d) {
    INDArray x = random(1, m, d);
    int[] rows = RandomArrays.integers(m, n, 2);
    double[][] moved = matrix(x);
    double[][] expected = new double[n][d];
    for (int i = 0; i < m; i++) {
      expected[rows[i]] = SlowMath.add(expected[rows[i]], moved[i]);
    }
    INDArray fresh = garbage(n, d);
    withoutChanging(() -> kernels().scatterRowsInto(x, rows, new Accumulator(fresh, 0)), x);
    assertClose(fresh, expected);
    INDArray old = random(3, n, d);
    double[][] sum = SlowMath.add(matrix(old), expected);
    kernels().scatterRowsInto(x, rows, new Accumulator(old, 1));
    assertClose(old, sum);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "17,1,3", "3,33,17", "64,17,33", "127,127,1", "127,3,64"})
  default void should_combine_weighted_rows_and_spread_back(int m, int n, int d) {
    INDArray x = random(1, m, d);
    INDArray dy = random(4, n, d);
    int[] rows = RandomArrays.integers(m, n, 2);
    double[] weights = RandomArrays.uniform(m, 3);
    double[][] moved = matrix(x);
    double[][] table = matrix(dy);
    double[][] combined = new double[n][d];
    double[][] spread = new double[m][d];
    double[] dots = new double[m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < d; j++) {
        combined[rows[i]][j] += weights[i] * moved[i][j];
        spread[i][j] = weights[i] * table[rows[i]][j];
      }
      dots[i] = SlowMath.dot(moved[i], table[rows[i]]);
    }
    withoutChanging(
        () -> {
          INDArray y = kernels().combineRows(x, rows, weights, n);
          assertResult(y, n, d);
          assertClose(y, combined);
          INDArray dx = kernels().spreadRows(dy, rows, weights);
          assertResult(dx, m, d);
          assertClose(dx, spread);
          INDArray products = kernels().rowDots(x, dy, rows);
          assertResult(products, m);
          assertClose(products, dots);
        },
        x,
        dy);
  }

  @Test
  default void should_add_in_the_same_order_every_time() {
    INDArray x = random(1, 127, 64);
    int[] rows = RandomArrays.integers(127, 5, 2);
    double[] weights = RandomArrays.uniform(127, 3);
    double[] first = Differences.elements(kernels().combineRows(x, rows, weights, 5));
    for (int repeat = 0; repeat < 5; repeat++) {
      assertThat(Differences.elements(kernels().combineRows(x, rows, weights, 5))).isEqualTo(first);
    }
  }

  @Test
  default void should_move_nothing_where_no_row_is_listed() {
    INDArray x = random(1, 3, 17);
    int[] none = {};
    INDArray empty = kernels().gatherRows(x, none);
    assertThat(empty.shape()).containsExactly(0, 17);
    assertThat(kernels().spreadRows(x, none, new double[0]).shape()).containsExactly(0, 17);
    assertThat(kernels().rowDots(empty, x, none).shape()).containsExactly(0);
    assertClose(kernels().combineRows(empty, none, new double[0], 3), new double[3][17]);
    INDArray into = garbage(3, 17);
    kernels().scatterRowsInto(empty, none, new Accumulator(into, 0));
    assertClose(into, new double[3][17]);
  }

  @Test
  default void should_refuse_a_row_outside_of_the_table() {
    INDArray x = random(1, 2, 17);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().gatherRows(x, new int[] {0, 2}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().combineRows(x, new int[] {0, -1}, new double[2], 3));
  }
}
