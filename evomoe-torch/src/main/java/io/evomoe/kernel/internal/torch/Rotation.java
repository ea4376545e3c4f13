package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.RowBounds;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rotary positions: pairs (j, j + w / 2) of each head are rotated in place. */
final class Rotation {
  private Rotation() {}

  static void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    RowBounds.require(positions, cosines.size(0));
    if (x.isEmpty()) {
      return;
    }
    Work.each(
        x.size(0),
        x.size(1),
        (tensors, from, count) -> {
          Tensor rows = tensors.of(Arrays.copyOfRange(positions, from, from + count));
          Tensor c = tensors.of(cosines).index_select(0, rows).unsqueeze(1);
          Tensor s = tensors.of(sines).index_select(0, rows).unsqueeze(1);
          Tensor pairs = tensors.pairs(x, cosines.size(1), from, count);
          Tensor a = pairs.select(2, 0);
          Tensor b = pairs.select(2, 1);
          Tensor turnedA = a.mul(c).addcmul_(b, s, new Scalar(back ? 1.0 : -1.0));
          Tensor turnedB = b.mul(c).addcmul_(a, s, new Scalar(back ? -1.0 : 1.0));
          a.copy_(turnedA);
          b.copy_(turnedB);
        });
  }
}
