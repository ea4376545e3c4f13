package io.evomoe.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GradientCheckTest {
  private final INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, 3, 5);

  private double sumOfCubes() {
    return x.mul(x).muli(x).sumNumber().doubleValue();
  }

  @Test
  void should_accept_the_true_gradient_and_restore_the_array() {
    INDArray before = x.dup();
    assertThatCode(() -> GradientCheck.DEFAULT.check(this::sumOfCubes, "x", x, x.mul(x).muli(3)))
        .doesNotThrowAnyException();
    assertThatCode(
            () ->
                GradientCheck.DEFAULT
                    .withSample(4)
                    .check(this::sumOfCubes, "x", x, x.mul(x).mul(3)))
        .doesNotThrowAnyException();
    assertThat(x).isEqualTo(before);
  }

  @Test
  void should_name_the_array_and_the_element_of_a_wrong_gradient() {
    INDArray wrong = x.mul(x).muli(3);
    wrong.putScalar(7, wrong.getDouble(7) * 1.00001);
    assertThatThrownBy(() -> GradientCheck.DEFAULT.check(this::sumOfCubes, "x", x, wrong))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("gradient of x at element 7");
  }

  @Test
  void should_refuse_a_gradient_of_another_size_or_not_a_number() {
    assertThatThrownBy(() -> GradientCheck.DEFAULT.check(this::sumOfCubes, "x", x, x.getRow(0)))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(
            () -> GradientCheck.DEFAULT.check(this::sumOfCubes, "x", x, x.mul(Double.NaN)))
        .isInstanceOf(AssertionError.class);
  }
}
