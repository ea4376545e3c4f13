package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link LargeProducts} with float32 operands. */
final class FloatLargeProducts implements LargeProducts {
  private final MatrixProducts products;
  private final ColumnSums columnSums;
  private final Constant zeros = new Constant(0);

  FloatLargeProducts(MatrixProducts products, ColumnSums columnSums) {
    this.products = products;
    this.columnSums = columnSums;
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
  public void multiply(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      Accumulator into,
      int m,
      int k,
      int n,
      int spare) {
    long c = Address.of(into.array());
    if (transposeB && !transposeA) {
      timesTransposed(MatrixProducts.compiled(m), a, b, c, m, m, n, k, into.beta() != 0);
    } else {
      products.gemm(transposeA, transposeB, a, b, c, m, n, k, into.beta());
    }
  }

  @Override
  public void linear(
      long x, INDArray weight, @Nullable INDArray bias, long y, int rows, int computed) {
    long in = weight.size(0);
    long out = weight.size(1);
    INDArray b = bias == null ? zeros.ofLength(out) : bias;
    if (compiled(computed, in, out)) {
      products.linear(x, Address.of(weight), Address.of(b), y, computed, in, out);
    } else {
      Rows.fill(b, Math.toIntExact(out), y, rows);
      products.gemm(false, false, x, Address.of(weight), y, rows, out, in, 1);
    }
  }

  @Override
  public void inputGradient(
      long dy, INDArray weight, long dx, int rows, int computed, boolean add) {
    long in = weight.size(0);
    long out = weight.size(1);
    boolean compiled = compiled(computed, in, out);
    timesTransposed(compiled, dy, Address.of(weight), dx, rows, computed, in, out, add);
  }

  @Override
  public void parameterGradients(long x, long dy, int rows, int computed, MapGradients into) {
    Accumulator weight = into.weight();
    long in = weight.array().size(0);
    long out = weight.array().size(1);
    long target = Address.of(weight.array());
    products.gemm(true, false, x, dy, target, in, out, rows, weight.beta());
    columnSums.of(dy, rows, out, into.bias());
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
      MapGradients into) {
    parameterGradients(x, dy, rows, computed, into);
    inputGradient(dy, weight, dx, rows, computed, add);
  }

  /** Compiled whatever the weights' size: a layer's row counts change less than an expert's. */
  @Override
  public void layerGradients(
      long x, INDArray weight, long dy, long dx, int rows, MapGradients into) {
    parameterGradients(x, dy, rows, rows, into);
    boolean compiled = MatrixProducts.compiled(rows);
    long in = weight.size(0);
    long out = weight.size(1);
    timesTransposed(compiled, dy, Address.of(weight), dx, rows, rows, in, out, false);
  }

  private static boolean compiled(int rows, long in, long out) {
    return MatrixProducts.compiled(rows) && MatrixProducts.worthCompiling(in, out);
  }

  private void timesTransposed(
      boolean compiled,
      long a,
      long b,
      long c,
      int rows,
      int computed,
      long n,
      long k,
      boolean add) {
    if (compiled) {
      products.timesTransposed(a, b, c, computed, n, k, add);
    } else {
      products.timesTransposedByGemm(a, b, c, rows, n, k, add);
    }
  }
}
