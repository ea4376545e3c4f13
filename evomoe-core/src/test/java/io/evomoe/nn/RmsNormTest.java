package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.testing.LayerGradientCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class RmsNormTest {
  private final INDArray x = random(1, 5, 6).muli(3).addi(2);

  @Test
  void should_start_with_rows_of_mean_square_one_that_point_where_they_did() {
    INDArray y = layer().forward(x, pass(1, 5)).value();
    for (int s = 0; s < 5; s++) {
      INDArray row = y.getRow(s);
      assertThat(row.mul(row).meanNumber().doubleValue()).isCloseTo(1, within(1e-6));
      double ratio = row.getDouble(0) / x.getDouble(s, 0);
      assertThat(ratio).isPositive();
      assertThat(row.equalsWithEps(x.getRow(s).mul(ratio), 1e-12)).isTrue();
    }
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    x.getRow(2).muli(0.1);
    for (double epsilon : new double[] {1e-6, 0.1}) {
      Layer layer = disturbed(norm(epsilon));
      LayerGradientCheck.check(layer, x, pass(1, 5));
    }
  }

  @Test
  void should_copy_its_gain_under_another_name() {
    Norm norm = disturbed(layer());
    Norm copy = norm.copy(LayerFixture.scope().child("copy"));

    assertThat(copy.parameters().get(0).name()).isEqualTo("layer.copy.gain");
    assertThat(copy.forward(x).value()).isEqualTo(norm.forward(x).value());
    copy.parameters().get(0).value().addi(1);
    assertThat(copy.forward(x).value()).isNotEqualTo(norm.forward(x).value());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1e-6, Double.NaN, Double.POSITIVE_INFINITY})
  void should_refuse_an_epsilon_that_is_no_positive_number(double epsilon) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> norm(epsilon))
        .withMessage("normEpsilon must be above 0 and finite, was " + epsilon);
  }

  private static Norm layer() {
    return norm(1e-6);
  }

  private static Norm norm(double epsilon) {
    return new Norm(LayerFixture.scope(), 6, new NormConfig(NormConfig.Kind.RMS, epsilon));
  }
}
