package io.evomoe.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.List;
import java.util.function.DoubleSupplier;
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
  void should_notice_one_wrong_element_of_which_no_difference_is_taken() {
    INDArray wrong = x.mul(x).muli(3);
    for (int i = 0; i < wrong.length(); i++) {
      INDArray one = wrong.dup();
      one.putScalar(i, one.getDouble(i) + 0.001);
      assertThatThrownBy(
              () -> GradientCheck.DEFAULT.withSample(0).check(this::sumOfCubes, "x", x, one))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("gradient of x along a random direction");
    }
  }

  @Test
  void should_name_the_parameter_whose_gradient_is_wrong_among_all() {
    Scope scope = Scope.root(1, KernelSelection.forType(DataType.DOUBLE));
    Parameter one = new Linear(scope.child("one"), 3, 4, 1, false).parameters().get(0);
    Parameter other = new Linear(scope.child("other"), 3, 4, 1, false).parameters().get(0);
    DoubleSupplier loss = () -> one.value().mul(other.value()).sumNumber().doubleValue();
    one.accumulator();
    other.accumulator();
    one.gradient().assign(other.value());
    other.gradient().assign(one.value());
    GradientCheck check = GradientCheck.DEFAULT.withSample(0);
    assertThatCode(() -> check.checkTogether(loss, List.of(one, other))).doesNotThrowAnyException();

    one.gradient().assign(one.value());
    assertThatThrownBy(() -> check.checkTogether(loss, List.of(other, one)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("gradient of one.weight");
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
