package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Logits of 2.2 GB, which no Java buffer holds. */
@Tag("long")
class LargeLogitsTest {
  private static final int ROWS = 1100;
  private static final int CLASSES = 500_000;

  @Test
  void should_have_the_loss_and_gradient_of_each_row() {
    UsableOneDnn.assumeUsable(Precision.F32);
    try (INDArray logits = Nd4j.create(DataType.FLOAT, ROWS, CLASSES)) {
      int[] targets = new int[ROWS];
      targets[ROWS - 1] = CLASSES - 1;

      double loss = UsableOneDnn.kernels(Precision.F32).crossEntropy(logits, targets, true);

      assertThat(loss).isCloseTo(Math.log(CLASSES), within(1e-4));
      double share = 1.0 / ROWS;
      assertThat(logits.getDouble(ROWS - 1, CLASSES - 1)).isCloseTo(-share, within(1e-6));
      assertThat(logits.getDouble(ROWS - 1, 0)).isCloseTo(share / CLASSES, within(1e-12));
    }
  }
}
