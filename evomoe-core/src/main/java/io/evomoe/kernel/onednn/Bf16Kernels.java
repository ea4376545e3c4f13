package io.evomoe.kernel.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.onednn.Bf16Products.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@link OneDnnKernels} whose products of tokens and weights have bfloat16 operands. Attention's
 * products of tokens with tokens stay float32: they are few, and a softmax follows.
 *
 * <p>The rows of a routed group change from step to step. Products of such groups are computed on
 * row counts rounded up to {@value #STEP}, so that a few dozen compiled primitives serve them all:
 * groups are computed in order, and what one writes past its end the next overwrites.
 */
final class Bf16Kernels extends OneDnnKernels {
  private static final int STEP = 16;

  private final Bf16Products products = new Bf16Products(new PrimitiveCache());
  private final Kernels exact = new OneDnnKernels();

  @Override
  public Kernels exact() {
    return exact;
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    INDArray y = matrix(x.size(0), weight.size(1));
    if (!y.isEmpty()) {
      long b = bias == null ? 0 : Address.of(bias);
      Shape shape = plain(x.size(0), weight.size(1), weight.size(0));
      products.multiply(shape, Address.of(x), Address.of(weight), b, Address.of(y));
    }
    return y;
  }

  @Override
  public void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    long m = a.size(transposeA ? 1 : 0);
    long k = a.size(transposeA ? 0 : 1);
    long n = b.size(transposeB ? 0 : 1);
    if (m == 0 || n == 0 || k == 0) {
      super.multiplyInto(a, transposeA, b, transposeB, into);
      return;
    }
    products.multiply(
        new Shape(transposeA, transposeB, m, n, k, into.beta() != 0),
        Address.of(a),
        Address.of(b),
        0,
        Address.of(into.array()));
  }

  @Override
  public INDArray groupedLinear(
      INDArray x, RowGroups groups, List<INDArray> weights, List<INDArray> biases) {
    long in = weights.get(0).size(0);
    long out = weights.get(0).size(1);
    INDArray y = rows(groups, groups.rows(), out);
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        products.multiply(
            plain(groups.size(g), out, in),
            plain(padded(groups, g), out, in),
            row(x, groups.inputOffset(g), in),
            Address.of(weights.get(g)),
            Address.of(biases.get(g)),
            row(y, groups.offset(g), out));
      }
    }
    return y;
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    long in = weights.get(0).size(0);
    long out = weights.get(0).size(1);
    INDArray dx = rows(groups, groups.inputRows(), in);
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        boolean accumulate = groups.isShared() && g > 0;
        products.multiply(
            new Shape(false, true, groups.size(g), in, out, accumulate),
            new Shape(false, true, padded(groups, g), in, out, accumulate),
            row(dy, groups.offset(g), out),
            Address.of(weights.get(g)),
            0,
            row(dx, groups.inputOffset(g), in));
      }
    }
    return dx;
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, Accumulator weight, Accumulator bias) {
    long in = x.size(1);
    long out = dy.size(1);
    boolean accumulate = weight.beta() != 0;
    long dyStart = row(dy, groups.offset(group), out);
    products.multiply(
        new Shape(true, false, in, out, groups.size(group), accumulate),
        new Shape(true, false, in, out, padded(groups, group), accumulate),
        row(x, groups.inputOffset(group), in),
        dyStart,
        0,
        Address.of(weight.array()));
    columnSums(dyStart, groups.size(group), out, bias);
  }

  private static Shape plain(long rows, long out, long in) {
    return new Shape(false, false, rows, out, in, false);
  }

  /**
   * Rows that a group's products are computed on; all groups that share their rows have as many.
   */
  private static int padded(RowGroups groups, int group) {
    int size = groups.size(group);
    return groups.isShared() ? size : (size + STEP - 1) / STEP * STEP;
  }

  /** A matrix with room after its last row for the padding of a routed group. */
  private static INDArray rows(RowGroups groups, int rows, long columns) {
    if (groups.isShared() || rows == 0) {
      return matrix(rows, columns);
    }
    return matrix(rows + STEP - 1L, columns)
        .get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
  }
}
