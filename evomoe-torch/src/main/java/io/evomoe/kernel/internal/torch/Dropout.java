package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.DropoutMask;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dropout by the mask of all providers, which is made in Java because torch lacks these counters.
 */
final class Dropout {
  private static final int BLOCK = 2048;

  private Dropout() {}

  static void onHost(INDArray x, DropoutMask mask, INDArray y) {
    Work.each(
        x.length(),
        1,
        (tensors, from, count) -> {
          write(mask, y, from, from + count);
          tensors.flat(y, from, count).mul_(tensors.flat(x, from, count));
        });
  }

  private static void write(DropoutMask mask, INDArray y, int from, int to) {
    for (int i = from; i < to; i += BLOCK) {
      int size = Math.min(BLOCK, to - i);
      Pointer at = Tensors.element(y, i);
      if (y.dataType() == DataType.DOUBLE) {
        double[] factors = new double[size];
        mask.fill(factors, i);
        new DoublePointer(at).put(factors);
      } else {
        float[] factors = new float[size];
        mask.fill(factors, i);
        new FloatPointer(at).put(factors);
      }
    }
  }
}
