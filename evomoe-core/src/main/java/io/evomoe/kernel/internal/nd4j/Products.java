package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Accumulator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products into C order arrays. */
final class Products {
  private Products() {}

  static INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    long rows = transposeA ? a.columns() : a.rows();
    long columns = transposeB ? b.rows() : b.columns();
    INDArray product = Nd4j.createUninitialized(a.dataType(), rows, columns);
    if (!product.isEmpty()) {
      multiplyInto(a, transposeA, b, transposeB, new Accumulator(product, 0));
    }
    return product;
  }

  static void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    if (a.isEmpty() || b.isEmpty()) {
      Sums.scale(into);
      return;
    }
    Nd4j.gemm(a, b, into.array(), transposeA, transposeB, 1, into.beta());
  }
}
