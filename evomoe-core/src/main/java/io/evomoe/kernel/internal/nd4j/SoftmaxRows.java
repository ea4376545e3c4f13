package io.evomoe.kernel.internal.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Softmax over the rows of a matrix, and its gradient. */
final class SoftmaxRows {
  private SoftmaxRows() {}

  /** Computes the softmax. ND4J's own gives NaN if all of a row are far below 0. */
  static INDArray of(INDArray x) {
    INDArray p = Transforms.exp(x.subColumnVector(x.max(1)), false);
    return p.diviColumnVector(p.sum(1));
  }

  static INDArray gradient(INDArray y, INDArray dy) {
    return dy.subColumnVector(dy.mul(y).sum(1)).muli(y);
  }
}
