package io.evomoe.kernel.internal.torch;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Softmax over the rows of a matrix, and its gradient. */
final class SoftmaxRows {
  private static final long[] COLUMNS = {1};

  private SoftmaxRows() {}

  static void apply(INDArray x, INDArray y) {
    Work.each(
        x.size(0),
        x.size(1),
        (tensors, from, count) ->
            torch.softmax_out(tensors.rows(y, from, count), tensors.rows(x, from, count), 1));
  }

  static INDArray gradient(INDArray y, INDArray dy, INDArray dx) {
    Work.each(
        y.size(0),
        y.size(1),
        (tensors, from, count) -> {
          Tensor p = tensors.rows(y, from, count);
          Tensor slope = tensors.rows(dy, from, count);
          Tensor mean = p.mul(slope).sum(COLUMNS, true, new ScalarTypeOptional());
          torch.sub_out(tensors.rows(dx, from, count), slope, mean).mul_(p);
        });
    return dx;
  }
}
