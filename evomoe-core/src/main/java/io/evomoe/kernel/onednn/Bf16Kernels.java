package io.evomoe.kernel.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.onednn.Bf16Products.Shape;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@link OneDnnKernels} whose products of tokens and weights have bfloat16 operands. Attention's
 * products of tokens with tokens stay float32: they are few, and a softmax follows.
 *
 * <p>The rows of a batch of sentences, and of a routed group, change from step to step. Products
 * are computed on row counts rounded up to {@value #STEP}: so a few dozen compiled primitives serve
 * them all, and no sum has an odd number of terms, which bfloat16 instructions take two at a time.
 * Groups are computed in order, and what one writes past its end the next overwrites.
 */
final class Bf16Kernels extends OneDnnKernels {
  private static final int STEP = Bf16Blocks.STEP;

  private final Bf16Products products = new Bf16Products(new PrimitiveCache());
  private final Bf16Blocks blocks = new Bf16Blocks(products, this);
  private final FeedForwardBlocks feedForward = new FeedForwardBlocks(blocks);
  private final Kernels exact = new OneDnnKernels();

  @Override
  public Kernels exact() {
    return exact;
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    INDArray y = roomy(x.size(0), weight.size(1));
    if (!y.isEmpty()) {
      long b = bias == null ? 0 : Address.of(bias);
      products.multiply(
          plain(x.size(0), weight.size(1), weight.size(0)),
          plain(padded(x.size(0)), weight.size(1), weight.size(0)),
          Address.of(x),
          Address.of(weight),
          b,
          Address.of(y));
    }
    return y;
  }

  @Override
  public INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    long m = a.size(transposeA ? 1 : 0);
    long k = a.size(transposeA ? 0 : 1);
    long n = b.size(transposeB ? 0 : 1);
    if (transposeA || m == 0 || n == 0 || k == 0) {
      return super.multiply(a, transposeA, b, transposeB);
    }
    INDArray c = roomy(m, n);
    products.multiply(
        new Shape(false, transposeB, m, n, k, false),
        new Shape(false, transposeB, padded(m), n, k, false),
        Address.of(a),
        Address.of(b),
        0,
        Address.of(c));
    return c;
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
    boolean add = into.beta() != 0;
    long terms = transposeA && !transposeB ? padded(k) : k;
    products.multiply(
        new Shape(transposeA, transposeB, m, n, k, add),
        new Shape(transposeA, transposeB, m, n, terms, add),
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

  @Override
  public INDArray linearGradient(
      INDArray x,
      INDArray weight,
      INDArray dy,
      Accumulator weightGradient,
      Accumulator biasGradient) {
    int rows = Math.toIntExact(x.size(0));
    if (rows == 0) {
      return super.linearGradient(x, weight, dy, weightGradient, biasGradient);
    }
    INDArray dx = roomy(rows, weight.size(0));
    blocks.gradients(
        Address.of(x),
        weight,
        Address.of(dy),
        Address.of(dx),
        rows,
        Math.toIntExact(padded(rows)),
        false,
        weightGradient,
        biasGradient);
    return dx;
  }

  @Override
  public FeedForwardPass feedForward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    return feedForward.forward(nets, x, groups);
  }

  @Override
  public INDArray feedForwardGradient(
      FeedForwardNets nets,
      INDArray x,
      RowGroups groups,
      FeedForwardPass forward,
      INDArray dy,
      IntFunction<FeedForwardGradients> into) {
    return feedForward.backward(nets, x, groups, forward, dy, into);
  }

  private static Shape plain(long rows, long out, long in) {
    return new Shape(false, false, rows, out, in, false);
  }

  /** Rows that a group's products are computed on; groups that share rows have as many. */
  private static long padded(RowGroups groups, int group) {
    return groups.isShared() ? groups.size(group) : padded(groups.size(group));
  }

  private static long padded(long rows) {
    return Bf16Blocks.padded(rows);
  }

  private static INDArray rows(RowGroups groups, int rows, long columns) {
    return groups.isShared() || rows == 0 ? matrix(rows, columns) : roomy(rows, columns, STEP - 1L);
  }

  /** A matrix with room after its last row for what a padded product writes there. */
  private static INDArray roomy(long rows, long columns) {
    return roomy(rows, columns, padded(rows) - rows);
  }

  private static INDArray roomy(long rows, long columns, long room) {
    return room == 0
        ? matrix(rows, columns)
        : matrix(rows + room, columns).get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
  }
}
