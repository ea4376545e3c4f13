package io.evomoe.kernel.internal.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Rotary positions: pairs (j, j + w / 2) of each head are rotated in place. */
final class Rotation {
  private Rotation() {}

  /**
   * Rotates each head of each row.
   *
   * @param x [n, heads * w], changed; may be a column view
   * @param cosines [n, w / 2]
   * @param sines [n, w / 2]
   */
  static void rotate(INDArray x, INDArray cosines, INDArray sines, boolean back) {
    long half = cosines.size(1);
    INDArray s = back ? sines.neg() : sines;
    for (long first = 0; first < x.size(1); first += 2 * half) {
      INDArray a = columns(x, first, half);
      INDArray b = columns(x, first + half, half);
      INDArray turned = a.mul(cosines).subi(b.mul(s));
      b.assign(b.mul(cosines).addi(a.mul(s)));
      a.assign(turned);
    }
  }

  private static INDArray columns(INDArray x, long first, long width) {
    return x.get(NDArrayIndex.all(), NDArrayIndex.interval(first, first + width));
  }
}
