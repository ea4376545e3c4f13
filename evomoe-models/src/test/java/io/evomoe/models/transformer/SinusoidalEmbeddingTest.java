package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SinusoidalEmbeddingTest {

  @Test
  void should_alternate_sines_and_cosines_of_ever_longer_waves() {
    double[][] table = table(3, 4).toDoubleMatrix();

    assertThat(table[0]).containsExactly(0, 1, 0, 1);
    assertThat(table[2])
        .containsExactly(
            new double[] {Math.sin(2), Math.cos(2), Math.sin(0.02), Math.cos(0.02)}, within(1e-15));
  }

  @Test
  void should_give_an_odd_width_a_sine_without_its_cosine() {
    double angle = 1 / Math.pow(10_000, 4 / 5.0);

    assertThat(table(2, 5).getDouble(1, 4)).isCloseTo(Math.sin(angle), within(1e-15));
  }

  /** So that attention can learn to look a fixed number of places back (section 3.5). */
  @Test
  void should_make_the_dot_product_of_two_positions_depend_on_their_distance_alone() {
    INDArray table = table(40, 16);
    INDArray products = table.mmul(table.transpose());

    for (int distance = 0; distance < 20; distance++) {
      assertThat(products.getDouble(20, 20 + distance - 5))
          .isCloseTo(products.getDouble(3 + 5, 3 + distance), within(1e-12));
    }
  }

  private static INDArray table(int positions, int width) {
    return SinusoidalEmbedding.table(positions, width, KernelSelection.forType(DataType.DOUBLE));
  }
}
