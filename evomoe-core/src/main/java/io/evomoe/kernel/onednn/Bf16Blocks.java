package io.evomoe.kernel.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.onednn.Bf16Products.Shape;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link BlockProducts} with bfloat16 operands. The gradient that comes in is rounded once for both
 * products it takes part in.
 */
final class Bf16Blocks implements BlockProducts {
  /** Row counts are multiples of it: few primitives, and no sum of an odd number of terms. */
  static final int STEP = 16;

  private final Bf16Products products;
  private final OneDnnKernels kernels;

  Bf16Blocks(Bf16Products products, OneDnnKernels kernels) {
    this.products = products;
    this.kernels = kernels;
  }

  @Override
  public int room() {
    return STEP - 1;
  }

  @Override
  public int computed(int rows, int spare) {
    int padded = Math.toIntExact(padded(rows));
    return padded - rows <= spare ? padded : rows;
  }

  static long padded(long rows) {
    return (rows + STEP - 1) / STEP * STEP;
  }

  @Override
  public void linear(long x, INDArray weight, INDArray bias, long y, int rows, int computed) {
    long in = weight.size(0);
    long out = weight.size(1);
    products.multiply(
        new Shape(false, false, rows, out, in, false),
        new Shape(false, false, computed, out, in, false),
        x,
        Address.of(weight),
        Address.of(bias),
        y);
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
    boolean addWeight = weightGradient.beta() != 0;
    long gradient = products.roundRight(dy, rows * out, computed * out);
    long input = products.roundLeft(x, rows * in, computed * in);
    products.multiplyRounded(
        new Shape(true, false, in, out, computed, addWeight),
        input,
        gradient,
        0,
        Address.of(weightGradient.array()));
    kernels.columnSums(dy, rows, out, biasGradient);
    long rounded = products.roundLeft(Address.of(weight), in * out, in * out);
    products.multiplyRounded(
        new Shape(false, true, computed, in, out, add), gradient, rounded, 0, dx);
  }
}
