package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.internal.onednn.Bf16Products.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link LargeProducts} with bfloat16 operands. Row counts are rounded up to {@value #STEP}: so no
 * sum has an odd number of terms, which bfloat16 instructions take two at a time. The gradient that
 * comes in is rounded once for both products it takes part in.
 */
final class Bf16LargeProducts implements LargeProducts {
  private static final int STEP = 16;

  private final Bf16Products products = new Bf16Products(new PrimitiveCache());
  private final ColumnSums columnSums;

  Bf16LargeProducts(ColumnSums columnSums) {
    this.columnSums = columnSums;
  }

  @Override
  public int room() {
    return STEP - 1;
  }

  @Override
  public int computed(int rows, int spare) {
    int padded = padded(rows);
    return padded - rows <= spare ? padded : rows;
  }

  private static int padded(int rows) {
    return (rows + STEP - 1) / STEP * STEP;
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
    boolean add = into.beta() != 0;
    int rows = transposeA ? m : computed(m, spare);
    int terms = transposeA && !transposeB ? padded(k) : k;
    products.multiply(
        new Shape(transposeA, transposeB, m, n, k, add),
        new Shape(transposeA, transposeB, rows, n, terms, add),
        a,
        b,
        0,
        Address.of(into.array()));
  }

  @Override
  public void linear(
      long x, INDArray weight, @Nullable INDArray bias, long y, int rows, int computed) {
    long in = weight.size(0);
    long out = weight.size(1);
    products.multiply(
        new Shape(false, false, rows, out, in, false),
        new Shape(false, false, computed, out, in, false),
        x,
        Address.of(weight),
        bias == null ? 0 : Address.of(bias),
        y);
  }

  @Override
  public void inputGradient(
      long dy, INDArray weight, long dx, int rows, int computed, boolean add) {
    long in = weight.size(0);
    long out = weight.size(1);
    products.multiply(
        new Shape(false, true, rows, in, out, add),
        new Shape(false, true, computed, in, out, add),
        dy,
        Address.of(weight),
        0,
        dx);
  }

  @Override
  public void parameterGradients(long x, long dy, int rows, int computed, MapGradients into) {
    Accumulator weight = into.weight();
    long in = weight.array().size(0);
    long out = weight.array().size(1);
    boolean add = weight.beta() != 0;
    products.multiply(
        new Shape(true, false, in, out, rows, add),
        new Shape(true, false, in, out, computed, add),
        x,
        dy,
        0,
        Address.of(weight.array()));
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
    long in = weight.size(0);
    long out = weight.size(1);
    boolean addWeight = into.weight().beta() != 0;
    long gradient = products.roundRight(dy, rows * out, computed * out);
    long input = products.roundLeft(x, rows * in, computed * in);
    products.multiplyRounded(
        new Shape(true, false, in, out, computed, addWeight),
        input,
        gradient,
        0,
        Address.of(into.weight().array()));
    columnSums.of(dy, rows, out, into.bias());
    long rounded = products.roundLeft(Address.of(weight), in * out, in * out);
    products.multiplyRounded(
        new Shape(false, true, computed, in, out, add), gradient, rounded, 0, dx);
  }

  @Override
  public void layerGradients(
      long x, INDArray weight, long dy, long dx, int rows, MapGradients into) {
    int computed = computed(rows, room());
    gradients(x, weight, dy, dx, rows, computed, false, into);
  }
}
