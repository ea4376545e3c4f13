package io.evomoe.models.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.Output;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MeanPoolingTest {
  private static final boolean[] PADDING = {false, false, true, false, true, true};

  private final MeanPooling layer = new MeanPooling(KernelSelection.forType(DataType.DOUBLE));
  private final INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, 6, 4);

  private static Pass pass(boolean[] padding) {
    return new Pass(
        new StepContext(0, Phase.SOFT, 1, true, 17), new TokenBatch(3, new int[6], padding));
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
    INDArray dx = output.pullback().pull(RandomArrays.gaussian(DataType.DOUBLE, 2, 2, 4));
    assertThat(dx.getRow(1).norm1Number().doubleValue()).isZero();
    assertThat(dx.getRow(4).norm1Number().doubleValue()).isPositive();
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    LayerGradientCheck.check(layer, x, pass(PADDING));
  }
}
