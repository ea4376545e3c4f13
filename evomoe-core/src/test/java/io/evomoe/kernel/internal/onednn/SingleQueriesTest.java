package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.UsableOneDnn;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SingleQueriesTest {
  private Kernels kernels = new OneDnnKernels(Precision.F32);

  @BeforeEach
  void skip_where_one_dnn_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.F32);
    kernels = UsableOneDnn.kernels(Precision.F32);
  }

  /** The last one is cut into heads for several threads. */
  @ParameterizedTest
  @CsvSource({"3,4,4,1,8", "2,4,2,70,8", "3,6,2,64,16", "1,1,1,5,1", "2,8,8,2000,64"})
  void should_attend_as_in_double(int batch, int heads, int keyHeads, int keys, int width) {
    AttentionShape shape = new AttentionShape(batch, heads, keyHeads, 1, keys, false);
    INDArray q = random(batch, heads * width);
    INDArray k = random(batch * keys, keyHeads * width);
    INDArray v = random(batch * keys, keyHeads * width);
    AttentionMask mask = AttentionMask.ofPadding(hidden(batch, keys));

    INDArray attended = kernels.attention(q, k, v, shape, mask).output();

    INDArray expected =
        KernelSelection.forType(DataType.DOUBLE)
            .attention(in64(q), in64(k), in64(v), shape, mask)
            .output();
    double[] values = attended.ravel().castTo(DataType.DOUBLE).toDoubleVector();
    assertThat(values).containsExactly(expected.ravel().toDoubleVector(), within(1e-5));
  }

  @Test
  void should_attend_to_the_same_bits_alone_and_with_a_larger_capacity() {
    int batch = 3;
    int keys = 70;
    INDArray q = random(batch, 32);
    INDArray k = random(batch * keys, 32);
    INDArray v = random(batch * keys, 32);
    boolean[] hidden = hidden(batch, keys);
    AttentionShape all = new AttentionShape(batch, 4, 4, 1, keys, false);
    INDArray together = kernels.attention(q, k, v, all, AttentionMask.ofPadding(hidden)).output();

    for (int i = 0; i < batch; i++) {
      int capacity = 90;
      boolean[] own = new boolean[capacity];
      Arrays.fill(own, true);
      System.arraycopy(hidden, i * keys, own, 0, keys);
      INDArray alone =
          kernels
              .attention(
                  rows(q, i, 1),
                  padded(rows(k, i * keys, keys), capacity),
                  padded(rows(v, i * keys, keys), capacity),
                  new AttentionShape(1, 4, 4, 1, capacity, false),
                  AttentionMask.ofPadding(own))
              .output();
      assertThat(alone.ravel().toFloatVector()).containsExactly(together.getRow(i).toFloatVector());
    }
  }

  /** Hides some keys of each sequence: its end, and one key in the middle of a long one. */
  private static boolean[] hidden(int batch, int keys) {
    boolean[] hidden = new boolean[batch * keys];
    Random random = new Random(1);
    for (int sequence = 0; sequence < batch; sequence++) {
      int length = 1 + random.nextInt(keys);
      for (int key = length; key < keys; key++) {
        hidden[sequence * keys + key] = true;
      }
      if (length > 2) {
        hidden[sequence * keys + 1] = true;
      }
    }
    return hidden;
  }

  private static INDArray padded(INDArray rows, int capacity) {
    INDArray wide = Nd4j.zeros(DataType.FLOAT, capacity, rows.size(1));
    wide.get(interval(0, rows.size(0)), all()).assign(rows);
    return wide;
  }

  private static INDArray rows(INDArray matrix, int first, int count) {
    return matrix.get(interval(first, first + count), all()).dup();
  }

  private static INDArray in64(INDArray array) {
    return array.castTo(DataType.DOUBLE);
  }

  private static INDArray random(int rows, int columns) {
    return Nd4j.randn(DataType.FLOAT, rows, columns);
  }
}
