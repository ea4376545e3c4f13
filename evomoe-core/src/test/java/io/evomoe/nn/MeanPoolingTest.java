package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.testing.LayerGradientCheck;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class MeanPoolingTest {
  private static final boolean[] PADDING = {false, false, true, false, true, true};

  private final MeanPooling layer = new MeanPooling(LayerFixture.scope().kernels());
  private final INDArray x = random(1, 6, 4);

  private static Pass pass(boolean[] padding) {
    return LayerFixture.pass(new TokenBatch(3, new int[6], padding));
  }

  @Test
  void should_be_the_mean_over_the_tokens_that_are_no_padding() {
    INDArray y = layer.forward(x, pass(PADDING)).value();

    assertThat(y.shape()).containsExactly(2, 4);
    for (int j = 0; j < 4; j++) {
      assertThat(y.getDouble(0, j))
          .isCloseTo((x.getDouble(0, j) + x.getDouble(1, j)) / 2, within(1e-12));
      assertThat(y.getDouble(1, j)).isCloseTo(x.getDouble(3, j), within(1e-12));
    }
  }

  @Test
  void a_sequence_of_padding_alone_should_be_zero_and_have_no_gradient() {
    Output output = layer.forward(x, pass(new boolean[] {true, true, true, false, false, false}));

    assertThat(output.value().getRow(0).norm1Number().doubleValue()).isZero();
    INDArray dx = output.pullback().pull(random(2, 2, 4));
    assertThat(dx.getRow(1).norm1Number().doubleValue()).isZero();
    assertThat(dx.getRow(4).norm1Number().doubleValue()).isPositive();
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    LayerGradientCheck.check(layer, x, pass(PADDING));
  }
}
