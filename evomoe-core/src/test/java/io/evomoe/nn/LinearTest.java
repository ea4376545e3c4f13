package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.testing.LayerGradientCheck;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class LinearTest {
  private final Linear layer = disturbed(new Linear(LayerFixture.scope(), 4, 3, 0.5));
  private final INDArray x = random(1, 5, 4);

  @Test
  void should_be_x_times_weight_plus_bias() {
    INDArray y = layer.forward(x, pass(1, 5)).value();
    INDArray weight = layer.parameters().get(0).value();
    INDArray bias = layer.parameters().get(1).value();
    for (int s = 0; s < 5; s++) {
      for (int j = 0; j < 3; j++) {
        double sum = bias.getDouble(j);
        for (int i = 0; i < 4; i++) {
          sum += x.getDouble(s, i) * weight.getDouble(i, j);
        }
        assertThat(y.getDouble(s, j)).isCloseTo(sum, within(1e-12));
      }
    }
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    LayerGradientCheck.check(layer, x, pass(1, 5));
  }

  @Test
  void should_add_up_gradients_until_they_are_cleared() {
    layer.forward(x, pass(1, 5)).pullback().pull(random(2, 5, 3));
    INDArray once = layer.parameters().get(0).gradient().dup();
    layer.forward(x, pass(1, 5)).pullback().pull(random(2, 5, 3));

    assertThat(layer.parameters().get(0).gradient().equalsWithEps(once.mul(2), 1e-12)).isTrue();
    layer.parameters().forEach(Parameter::clearGradient);
    assertThat(layer.parameters()).noneMatch(Parameter::hasGradient);
    assertThat(layer.parameters().get(0).gradient().norm1Number().doubleValue()).isZero();
  }
}
