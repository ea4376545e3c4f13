package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.LabelSmoothing;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels in float32 on oneDNN, on ND4J's own off-heap buffers: nothing is copied between the two.
 * Row movements, AdamW and dropout, which oneDNN has not, are Java loops.
 */
final class OneDnnKernels implements Kernels {
  private final PrimitiveCache cache = new PrimitiveCache();
  private final ColumnSums columnSums;
  private final LargeProducts products;
  private final Kernels exact;
  private final FeedForwardBlocks feedForward;
  private final ElementWise elementWise = new ElementWise(cache);
  private final Normalization normalization = new Normalization(cache);
  private final SoftmaxRows softmax = new SoftmaxRows(cache);
  private final HeadAttention attention = new HeadAttention(cache, softmax);
  private final CrossEntropy crossEntropy = new CrossEntropy(softmax);

  /**
   * Kernels in float32 whose products of tokens and weights have operands of a precision.
   * Attention's products of tokens with tokens are always float32: they are few, and a softmax
   * follows.
   */
  OneDnnKernels(Precision precision) {
    MatrixProducts matrices = new MatrixProducts(cache);
    boolean rounded = precision == Precision.BF16;
    columnSums = new ColumnSums(matrices);
    products =
        rounded ? new Bf16LargeProducts(columnSums) : new FloatLargeProducts(matrices, columnSums);
    exact = rounded ? new OneDnnKernels(Precision.F32) : this;
    feedForward = new FeedForwardBlocks(products);
  }

  @Override
  public String name() {
    return OneDnnKernelProvider.NAME;
  }

  @Override
  public DataType dataType() {
    return DataType.FLOAT;
  }

  @Override
  public Kernels exact() {
    return exact;
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    int rows = Math.toIntExact(x.size(0));
    INDArray y = products.result(rows, weight.size(1));
    if (!y.isEmpty()) {
      int computed = products.computed(rows, products.room());
      products.linear(Address.of(x), weight, bias, Address.of(y), rows, computed);
    }
    return y;
  }

  @Override
  public INDArray linearGradient(
      INDArray x,
      INDArray weight,
      INDArray dy,
      Accumulator weightGradient,
      @Nullable Accumulator biasGradient) {
    int rows = Math.toIntExact(x.size(0));
    if (rows == 0) {
      return Kernels.super.linearGradient(x, weight, dy, weightGradient, biasGradient);
    }
    INDArray dx = products.result(rows, weight.size(0));
    MapGradients into = new MapGradients(weightGradient, biasGradient);
    products.layerGradients(Address.of(x), weight, Address.of(dy), Address.of(dx), rows, into);
    return dx;
  }

  @Override
  public INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    int m = (int) a.size(transposeA ? 1 : 0);
    long n = b.size(transposeB ? 0 : 1);
    INDArray c = transposeA ? matrix(m, n) : products.result(m, n);
    multiply(a, transposeA, b, transposeB, new Accumulator(c, 0), transposeA ? 0 : products.room());
    return c;
  }

  @Override
  public void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    multiply(a, transposeA, b, transposeB, into, 0);
  }

  private void multiply(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into, int spare) {
    int m = (int) a.size(transposeA ? 1 : 0);
    int k = (int) a.size(transposeA ? 0 : 1);
    int n = (int) b.size(transposeB ? 0 : 1);
    if (m > 0 && n > 0 && k > 0) {
      products.multiply(transposeA, transposeB, Address.of(a), Address.of(b), into, m, k, n, spare);
    } else if (m > 0 && n > 0) {
      clearIfFresh(into);
    }
  }

  @Override
  public void columnSumsInto(INDArray x, Accumulator into) {
    if (x.isEmpty()) {
      clearIfFresh(into);
    } else {
      columnSums.of(Address.of(x), x.size(0), x.size(1), into);
    }
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    long in = map.in();
    long out = map.out();
    INDArray y = products.result(groups, groups.rows(), out);
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        products.linear(
            row(x, groups.inputOffset(g), in),
            map.weight(g),
            map.bias(g),
            row(y, groups.offset(g), out),
            groups.size(g),
            computed(groups, g));
      }
    }
    return y;
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    long in = weights.get(0).size(0);
    long out = weights.get(0).size(1);
    INDArray dx = products.result(groups, groups.inputRows(), in);
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        products.inputGradient(
            row(dy, groups.offset(g), out),
            weights.get(g),
            row(dx, groups.inputOffset(g), in),
            groups.size(g),
            computed(groups, g),
            groups.isShared() && g > 0);
      }
    }
    return dx;
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    products.parameterGradients(
        row(x, groups.inputOffset(group), x.size(1)),
        row(dy, groups.offset(group), dy.size(1)),
        groups.size(group),
        computed(groups, group),
        into);
  }

  private int computed(RowGroups groups, int group) {
    return products.computed(groups, group, 0, groups.size(group));
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

  @Override
  public INDArray activation(ActivationFunction activation, INDArray x) {
    INDArray y = like(x);
    elementWise.activation(activation, Address.of(x), Address.of(y), x.length());
    return y;
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    elementWise.activationGradient(
        activation, Address.of(x), Address.of(dy), Address.of(dx), x.length());
    return dx;
  }

  @Override
  public INDArray gatedActivation(ActivationFunction activation, INDArray x, INDArray up) {
    INDArray y = activation(activation, x);
    elementWise.multiply(Address.of(y), Address.of(up), Address.of(y), y.length());
    return y;
  }

  @Override
  public INDArray gatedActivationGradient(
      ActivationFunction activation, INDArray x, INDArray up, INDArray dy, INDArray dUp) {
    INDArray dx = like(x);
    long length = x.length();
    elementWise.activation(activation, Address.of(x), Address.of(dUp), length);
    elementWise.multiply(Address.of(dUp), Address.of(dy), Address.of(dUp), length);
    elementWise.multiply(Address.of(up), Address.of(dy), Address.of(dx), length);
    elementWise.activationGradient(
        activation, Address.of(x), Address.of(dx), Address.of(dx), length);
    return dx;
  }

  @Override
  public Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    return normalization.layerNorm(x, gain, shift, epsilon);
  }

  @Override
  public INDArray layerNormGradient(
      INDArray x,
      Normalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient,
      Accumulator shiftGradient) {
    INDArray dGain = vector(gain.length());
    INDArray dShift = vector(gain.length());
    INDArray dx = normalization.layerNormGradient(x, forward, gain, epsilon, dy, dGain, dShift);
    addInto(dGain, gainGradient);
    addInto(dShift, shiftGradient);
    return dx;
  }

  @Override
  public RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon) {
    return normalization.rmsNorm(x, gain, epsilon);
  }

  @Override
  public INDArray rmsNormGradient(
      INDArray x,
      RmsNormalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient) {
    INDArray dx = like(x);
    INDArray dGain = vector(gain.length());
    new RmsNormGradient(gain, epsilon).compute(x, forward.meanSquare(), dy, dx, dGain);
    addInto(dGain, gainGradient);
    return dx;
  }

  @Override
  public void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    Rotation.rotate(x, cosines, sines, positions, back);
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return attention.forward(q, k, v, shape, mask);
  }

  @Override
  public double crossEntropy(INDArray logits, int[] targets, double smoothing, boolean gradient) {
    LabelSmoothing smoothed = new LabelSmoothing(smoothing, logits.size(1));
    return crossEntropy.meanLoss(logits, targets, smoothed, gradient);
  }

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    INDArray y = matrix(rows.length, x.size(1));
    Rows.gather(x, rows, y);
    return y;
  }

  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    clearIfFresh(into);
    Rows.scatterAdd(x, rows, into.array());
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    INDArray y = matrix(n, x.size(1));
    Rows.combine(x, rows, weights, y);
    return y;
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    INDArray y = matrix(rows.length, dy.size(1));
    Rows.spread(dy, rows, weights, y);
    return y;
  }

  @Override
  public double[] rowDots(INDArray x, INDArray y, int[] rows) {
    return Rows.dots(x, y, rows);
  }

  @Override
  public INDArray add(INDArray a, INDArray b) {
    INDArray sum = like(a);
    elementWise.add(Address.of(a), Address.of(b), Address.of(sum), a.length());
    return sum;
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    elementWise.add(Address.of(a), Address.of(b), Address.of(a), a.length());
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    INDArray y = like(x);
    FlatArrays.dropout(x, rate, seed, y);
    return y;
  }

  @Override
  public double sumOfSquares(INDArray x) {
    return sumOfSquares(List.of(x));
  }

  @Override
  public double sumOfSquares(List<INDArray> arrays) {
    return FlatArrays.sumOfSquares(arrays);
  }

  @Override
  public void adamW(
      INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step) {
    adamW(List.of(new AdamWUpdate(value, gradient, moment1, moment2, step)));
  }

  @Override
  public void adamW(List<AdamWUpdate> updates) {
    FlatArrays.adamW(updates);
  }

  private static void clearIfFresh(Accumulator into) {
    if (into.beta() == 0) {
      into.array().assign(0);
    }
  }

  private void addInto(INDArray contribution, Accumulator into) {
    if (into.beta() == 0) {
      into.array().assign(contribution);
    } else {
      addInto(into.array(), contribution);
    }
  }

  static long row(INDArray x, long row, long width) {
    return Address.of(x) + ((row * width) << 2);
  }

  static INDArray like(INDArray x) {
    return Nd4j.createUninitialized(DataType.FLOAT, x.shape());
  }

  static INDArray matrix(long rows, long columns) {
    return Nd4j.createUninitialized(DataType.FLOAT, rows, columns);
  }

  static INDArray vector(long length) {
    return Nd4j.createUninitialized(DataType.FLOAT, length);
  }
}
