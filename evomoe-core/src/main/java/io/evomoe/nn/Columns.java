package io.evomoe.nn;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Views of some columns of a matrix. */
final class Columns {
  private Columns() {}

  /** Returns a view [n, width] of the columns from {@code first} of a matrix or of such a view. */
  static INDArray of(INDArray matrix, long first, long width) {
    long[] shape = {matrix.size(0), width};
    long[] strides = {matrix.stride(0), 1};
    return Nd4j.create(matrix.data(), shape, strides, matrix.offset() + first, 'c');
  }
}
