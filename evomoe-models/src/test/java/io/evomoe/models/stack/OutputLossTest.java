package io.evomoe.models.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.PooledModel.OutputLoss;
import io.evomoe.testing.GradientCheck;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class OutputLossTest {
  private static final double[] TARGETS = {1, -2, 0.5};

  private final Kernels kernels = KernelSelection.forType(DataType.DOUBLE);

  @Test
  void should_be_the_mean_of_squared_differences() {
    OutputLoss error =
        OutputLoss.squaredError(kernels, kernels.write(new double[] {2, -2, -0.5}, 3, 1), TARGETS);

    assertThat(error.value()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(error.gradient().shape()).containsExactly(3, 1);
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    INDArray predictions = kernels.write(new double[] {0.3, -1.7, 2.2}, 3, 1);
    INDArray gradient = OutputLoss.squaredError(kernels, predictions, TARGETS).gradient();

    GradientCheck.DEFAULT.check(
        () -> OutputLoss.squaredError(kernels, predictions, TARGETS).value(),
        "predictions",
        predictions,
        gradient);
  }

  @Test
  void should_reject_another_number_of_targets() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> OutputLoss.squaredError(kernels, kernels.write(new double[2], 2, 1), TARGETS))
        .withMessage("predictions must be as many as the 3 targets, at least 1, were 2");
  }

  @Test
  void a_cross_entropy_should_have_the_gradient_of_central_differences() {
    INDArray logits = kernels.write(new double[] {0.3, -1.7, 2.2, 0.1, 0.4, -0.6}, 2, 3);
    int[] labels = {2, 0};
    OutputLoss loss = OutputLoss.crossEntropy(kernels, logits.dup(), labels);

    double first = Math.log(Math.exp(0.3 - 2.2) + Math.exp(-1.7 - 2.2) + 1);
    double second = Math.log(1 + Math.exp(0.4 - 0.1) + Math.exp(-0.6 - 0.1));
    assertThat(loss.value()).isCloseTo((first + second) / 2, within(1e-12));
    GradientCheck.DEFAULT.check(
        () -> OutputLoss.crossEntropy(kernels, logits.dup(), labels).value(),
        "logits",
        logits,
        loss.gradient());
  }

  @Test
  void should_reject_labels_that_are_no_class() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> OutputLoss.crossEntropy(kernels, kernels.write(new double[3], 1, 3), new int[2]))
        .withMessage("rows of logits must be as many as the 2 targets, at least 1, were 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                OutputLoss.crossEntropy(kernels, kernels.write(new double[3], 1, 3), new int[] {3}))
        .withMessage("label must be in [0, 3), was 3");
  }
}
