package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.Precision;
import io.evomoe.kernel.UsableOneDnn;
import io.evomoe.testing.RandomArrays;
import io.evomoe.testing.ResidentMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class PrimitiveCacheTest {
  private static final int ROWS = 40;
  private static final int COLUMNS = 50;

  private final INDArray x = RandomArrays.gaussian(DataType.FLOAT, 1, ROWS, COLUMNS);
  private final INDArray y = RandomArrays.gaussian(DataType.FLOAT, 2, ROWS, COLUMNS);
  private final INDArray z = RandomArrays.gaussian(DataType.FLOAT, 3, ROWS, COLUMNS);

  /** 141 MB more, were what primitives are described by left behind. */
  @Test
  void should_leave_nothing_of_primitives_that_made_room_for_others() throws Exception {
    UsableOneDnn.assumeUsable(Precision.F32);
    ResidentMemory.assumeKnown();
    PrimitiveCache cache = new PrimitiveCache();
    compileAllForms(cache);
    compileAllForms(cache);
    double before = ResidentMemory.megabytes();
    compileAllForms(cache);

    assertThat(ResidentMemory.megabytes() - before).isLessThan(15);
  }

  /** 4,000, of which 512 are kept. */
  private void compileAllForms(PrimitiveCache cache) {
    SoftmaxRows softmax = new SoftmaxRows(cache);
    for (int rows = 1; rows <= ROWS; rows++) {
      for (int columns = 1; columns <= COLUMNS; columns++) {
        softmax.backward(
            Address.of(x), Address.of(y), Address.of(z), rows, columns, DataType.FLOAT);
        Layout left = Layout.dense(DataType.FLOAT, rows, 1);
        Layout right = Layout.dense(DataType.FLOAT, 1, columns);
        Layout sums = Layout.dense(DataType.FLOAT, rows, columns);
        Matmul product = new Matmul(left, right, sums, false, 2, true, List.of());
        cache.run(product, Address.of(x), Address.of(y), Address.of(z));
      }
    }
  }
}
