package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.testing.GradientCheck;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MeanSquaredErrorTest {
  private static final double[] TARGETS = {1, -2, 0.5};

  private final Kernels kernels = KernelSelection.forType(DataType.DOUBLE);

  @Test
  void should_be_the_mean_of_squared_differences() {
    MeanSquaredError error =
        MeanSquaredError.of(kernels, kernels.write(new double[] {2, -2, -0.5}, 3, 1), TARGETS);

    assertThat(error.value()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(error.gradient().shape()).containsExactly(3, 1);
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    INDArray predictions = kernels.write(new double[] {0.3, -1.7, 2.2}, 3, 1);
    INDArray gradient = MeanSquaredError.of(kernels, predictions, TARGETS).gradient();

    GradientCheck.DEFAULT.check(
        () -> MeanSquaredError.of(kernels, predictions, TARGETS).value(),
        "predictions",
        predictions,
        gradient);
  }

  @Test
  void should_reject_another_number_of_targets() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MeanSquaredError.of(kernels, kernels.write(new double[2], 2, 1), TARGETS))
        .withMessage("predictions must be as many as the 3 targets, at least 1, were 2");
  }
}
