package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.testing.LayerGradientCheck;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class LayerNormTest {
  private final INDArray x = random(1, 5, 6).muli(3).addi(2);

  @Test
  void should_start_with_rows_of_mean_zero_and_variance_one() {
    INDArray y = layer().forward(x, pass(1, 5)).value();
    for (int s = 0; s < 5; s++) {
      assertThat(y.getRow(s).meanNumber().doubleValue()).isCloseTo(0, within(1e-12));
      assertThat(y.getRow(s).mul(y.getRow(s)).meanNumber().doubleValue())
          .isCloseTo(1, within(1e-4));
    }
  }

  @Test
  void should_give_the_shift_for_a_row_of_equal_numbers() {
    Norm layer = disturbed(layer());
    INDArray flat = random(1, 1, 6).assign(7);

    assertThat(layer.forward(flat, pass(1, 1)).value().toDoubleVector())
        .containsExactly(layer.parameters().get(1).value().toDoubleVector(), within(1e-9));
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    LayerGradientCheck.check(disturbed(layer()), x, pass(1, 5));
  }

  private static Norm layer() {
    return new Norm(LayerFixture.scope(), 6, NormConfig.LAYER);
  }
}
