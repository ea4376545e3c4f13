package io.evomoe.kernel.onednn;

import io.evomoe.kernel.Accumulator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link BlockProducts} with float32 operands. */
final class FloatBlocks implements BlockProducts {
  private final MatrixProducts products;
  private final OneDnnKernels kernels;

  FloatBlocks(MatrixProducts products, OneDnnKernels kernels) {
    this.products = products;
    this.kernels = kernels;
  }

  @Override
  public int room() {
    return 0;
  }

  @Override
  public int computed(int rows, int spare) {
    int whole = MatrixProducts.wholeRows(rows);
    return whole - rows <= spare ? whole : rows;
  }

  @Override
  public void linear(long x, INDArray weight, INDArray bias, long y, int rows, int computed) {
    long in = weight.size(0);
    long out = weight.size(1);
    if (MatrixProducts.compiled(computed) && MatrixProducts.worthCompiling(in, out)) {
      products.linear(x, Address.of(weight), Address.of(bias), y, computed, in, out);
    } else {
      Rows.fill(bias, Math.toIntExact(out), y, rows);
      products.gemm(false, false, x, Address.of(weight), y, rows, out, in, 1);
    }
  }

  @Override
  public void gradients(
      long x,
      INDArray weight,
      long dy,
      long dx,
      int rows,
      int computed,
      boolean add,
      Accumulator weightGradient,
      Accumulator biasGradient) {
    long in = weight.size(0);
    long out = weight.size(1);
    products.gemm(
        true,
        false,
        x,
        dy,
        Address.of(weightGradient.array()),
        in,
        out,
        rows,
        weightGradient.beta());
    kernels.columnSums(dy, rows, out, biasGradient);
    if (MatrixProducts.compiled(computed) && MatrixProducts.worthCompiling(in, out)) {
      products.timesTransposed(dy, Address.of(weight), dx, computed, in, out, add);
    } else {
      products.timesTransposedByGemm(dy, Address.of(weight), dx, rows, in, out, add);
    }
  }
}
