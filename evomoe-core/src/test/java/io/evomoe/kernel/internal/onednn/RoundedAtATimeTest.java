package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.UsableOneDnn;
import io.evomoe.testing.Differences;
import io.evomoe.testing.RandomArrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradients of many classes, whose operands are rounded some rows at a time. */
class RoundedAtATimeTest {
  private static final int ROWS = 75;
  private static final int IN = 24;
  private static final int OUT = 40;

  private final INDArray x = random(1, ROWS, IN);
  private final INDArray dy = random(2, ROWS, OUT);

  @BeforeEach
  void skip_where_bf16_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.BF16);
  }

  @Test
  void should_give_the_gradients_of_a_map() {
    INDArray weight = random(3, IN, OUT);
    for (double beta : new double[] {0, 1}) {
      INDArray[] whole = ofMap(weight, 1 << 20, beta);
      INDArray[] parts = ofMap(weight, 32 * OUT + 1, beta);
      assertClose(parts, whole);
    }
  }

  @Test
  void should_give_the_gradients_beside_a_table() {
    INDArray table = random(3, OUT, IN);
    for (double beta : new double[] {0, 1}) {
      assertClose(ofTable(table, 1, beta), ofTable(table, 1 << 20, beta));
      assertClose(ofTable(table, 32 * OUT + 1, beta), ofTable(table, 1 << 20, beta));
    }
  }

  private INDArray[] ofMap(INDArray weight, long most, double beta) {
    INDArray dw = random(4, IN, OUT);
    INDArray db = random(5, OUT);
    INDArray dx =
        kernels(most)
            .linearGradient(x, weight, dy, new Accumulator(dw, beta), new Accumulator(db, beta));
    return new INDArray[] {dx, dw, db};
  }

  private INDArray[] ofTable(INDArray table, long most, double beta) {
    INDArray dTable = random(4, OUT, IN);
    INDArray dx = kernels(most).tableGradient(x, table, dy, new Accumulator(dTable, beta));
    return new INDArray[] {dx, dTable};
  }

  private static Kernels kernels(long most) {
    return new OneDnnKernels(new Products(new Rounding(DataType.BFLOAT16, most)));
  }

  private static void assertClose(INDArray[] found, INDArray[] expected) {
    for (int i = 0; i < expected.length; i++) {
      double[] exact = Differences.elements(expected[i]);
      assertThat(Differences.relative(Differences.elements(found[i]), exact)).isLessThan(1e-5);
    }
  }

  private static INDArray random(long seed, long... shape) {
    return RandomArrays.gaussian(DataType.FLOAT, seed, shape);
  }
}
