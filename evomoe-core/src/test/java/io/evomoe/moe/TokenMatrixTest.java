package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TokenMatrixTest {
  private static final double[][] ROWS = {{1, 5, -2, 5}, {0, 0, -1, 3}, {-4, -4, -4, -4}};

  @Test
  void should_hold_the_rows_of_an_array_and_give_them_back() {
    INDArray array = Nd4j.createFromArray(ROWS);
    TokenMatrix matrix = TokenMatrix.of(array);

    assertThat(matrix.tokens()).isEqualTo(3);
    assertThat(matrix.columns()).isEqualTo(4);
    for (int s = 0; s < 3; s++) {
      for (int e = 0; e < 4; e++) {
        assertThat(matrix.get(s, e)).isEqualTo(ROWS[s][e]);
      }
    }
    assertThat(matrix.toArray(DataType.DOUBLE)).isEqualTo(array);
    assertThat(matrix.toArray(DataType.FLOAT)).isEqualTo(array.castTo(DataType.FLOAT));
  }

  @Test
  void should_read_a_transposed_view_by_its_rows() {
    TokenMatrix matrix = TokenMatrix.of(Nd4j.createFromArray(ROWS).transpose());

    assertThat(matrix.tokens()).isEqualTo(4);
    assertThat(matrix.get(3, 1)).isEqualTo(3);
  }

  @Test
  void should_write_and_add_in_one_place_alone() {
    TokenMatrix matrix = new TokenMatrix(2, 3);
    matrix.set(1, 2, 4);
    matrix.add(1, 2, 0.5);
    matrix.add(0, 1, -1);

    assertThat(matrix.toArray(DataType.DOUBLE).toDoubleMatrix())
        .isDeepEqualTo(new double[][] {{0, -1, 0}, {0, 0, 4.5}});
  }

  @Test
  void should_rank_columns_by_size_and_then_from_the_lowest() {
    TokenMatrix matrix = TokenMatrix.of(Nd4j.createFromArray(ROWS));

    assertThat(matrix.argMax(0)).isEqualTo(1);
    assertThat(matrix.largest(0, 4)).containsExactly(1, 3, 0, 2);
    assertThat(matrix.largest(1, 3)).containsExactly(3, 0, 1);
    assertThat(matrix.largest(2, 2)).containsExactly(0, 1);
    assertThat(matrix.largest(2, 0)).isEmpty();
  }

  @Test
  void should_multiply_element_by_element_into_a_new_matrix() {
    TokenMatrix matrix = TokenMatrix.of(Nd4j.createFromArray(ROWS));
    TokenMatrix other = matrix.copy();
    other.set(0, 0, 7);
    TokenMatrix product = matrix.times(other);

    assertThat(matrix.get(0, 0)).isEqualTo(1);
    assertThat(product.get(0, 0)).isEqualTo(7);
    assertThat(product.get(0, 1)).isEqualTo(25);
    assertThat(product.get(2, 3)).isEqualTo(16);
  }

  @Test
  void should_put_the_gradient_of_each_assignment_at_its_token_and_expert() {
    Routing routing =
        new Routing.Builder(3, 2).assign(2, 0, 0.5).assign(0, 1, 0.5).assign(2, 1, 0.5).build();
    RoutingGradient gradient = new RoutingGradient(new double[] {10, 20, 30}, new double[0]);

    assertThat(TokenMatrix.ofWeights(routing, gradient).toArray(DataType.DOUBLE).toDoubleMatrix())
        .isDeepEqualTo(new double[][] {{0, 20}, {0, 0}, {10, 30}});
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void should_notice_a_number_that_is_not_finite(double value) {
    TokenMatrix matrix = new TokenMatrix(2, 2);
    assertThat(matrix.isFinite()).isTrue();
    matrix.set(1, 1, value);

    assertThat(matrix.isFinite()).isFalse();
  }

  @Test
  void should_visit_every_row_of_a_large_matrix_once() {
    TokenMatrix matrix = new TokenMatrix(5001, 7);
    matrix.eachRow(s -> matrix.add(s, 3, s + 1));

    for (int s = 0; s < matrix.tokens(); s++) {
      assertThat(matrix.get(s, 3)).isEqualTo(s + 1);
    }
  }

  @Test
  void should_take_a_function_of_every_number() {
    TokenMatrix matrix = random(3001, 11);
    TokenMatrix mapped = matrix.map(value -> 2 * value + 1);

    matrix.eachRow(
        s -> {
          for (int e = 0; e < 11; e++) {
            assertThat(mapped.get(s, e)).isEqualTo(2 * matrix.get(s, e) + 1);
          }
        });
  }

  @Test
  void should_list_the_columns_above_a_bound() {
    TokenMatrix matrix = TokenMatrix.of(Nd4j.createFromArray(ROWS));

    assertThat(matrix.above(0, 1)).containsExactly(1, 3);
    assertThat(matrix.above(1, -1)).containsExactly(0, 1, 3);
    assertThat(matrix.above(2, -5)).containsExactly(0, 1, 2, 3);
    assertThat(matrix.above(2, -4)).isEmpty();
  }

  @Test
  void should_rank_as_sorting_does() {
    TokenMatrix matrix = random(500, 13).map(value -> Math.rint(3 * value));
    int[] first = matrix.argMax();
    for (int s = 0; s < 500; s++) {
      int row = s;
      int[] sorted =
          IntStream.range(0, 13)
              .boxed()
              .sorted(Comparator.comparingDouble(e -> 0.0 - matrix.get(row, e)))
              .mapToInt(e -> e)
              .toArray();
      for (int count = 0; count <= 13; count++) {
        assertThat(matrix.largest(s, count)).containsExactly(Arrays.copyOf(sorted, count));
      }
      assertThat(first[s]).isEqualTo(sorted[0]).isEqualTo(matrix.argMax(s));
    }
  }

  @Test
  void should_notice_a_single_number_of_a_large_matrix() {
    TokenMatrix matrix = random(5001, 7);
    assertThat(matrix.isFinite()).isTrue();
    matrix.set(4000, 6, Double.NaN);

    assertThat(matrix.isFinite()).isFalse();
  }

  private static TokenMatrix random(int tokens, int columns) {
    CounterRandom random = new CounterRandom(1);
    TokenMatrix matrix = new TokenMatrix(tokens, columns);
    matrix.eachRow(
        s -> {
          for (int e = 0; e < columns; e++) {
            matrix.set(s, e, random.gaussian((long) s * columns + e));
          }
        });
    return matrix;
  }
}
