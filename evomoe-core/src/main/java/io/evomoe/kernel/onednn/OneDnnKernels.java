package io.evomoe.kernel.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Activation;
import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.KeyPadding;
import io.evomoe.kernel.LabelSmoothing;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels in float32 on oneDNN, on ND4J's own off-heap buffers: nothing is copied between the two.
 * Row movements, AdamW and dropout, which oneDNN has not, are Java loops.
 */
class OneDnnKernels implements Kernels {
  private final PrimitiveCache cache = new PrimitiveCache();
  private final MatrixProducts products = new MatrixProducts(cache);
  private final FloatBlocks blocks = new FloatBlocks(products, this);
  private final FeedForwardBlocks feedForward = new FeedForwardBlocks(blocks);
  private final ElementWise elementWise = new ElementWise(cache);
  private final Normalization normalization = new Normalization(cache);
  private final SoftmaxRows softmax = new SoftmaxRows(cache);
  private final HeadAttention attention = new HeadAttention(cache, softmax);
  private final CrossEntropy crossEntropy = new CrossEntropy(softmax);
  private final Map<Integer, INDArray> constants = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return OneDnnKernelProvider.NAME;
  }

  @Override
  public DataType dataType() {
    return DataType.FLOAT;
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    INDArray y = matrix(x.size(0), weight.size(1));
    INDArray b = bias == null ? constant(0, weight.size(1)) : bias;
    RowGroups all = RowGroups.shared(1, (int) x.size(0));
    if (!y.isEmpty()) {
      linearGroup(x, all, 0, weight, b, y);
    }
    return y;
  }

  @Override
  public INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    INDArray c = matrix(a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1));
    multiplyInto(a, transposeA, b, transposeB, new Accumulator(c, 0));
    return c;
  }

  @Override
  public void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    long m = a.size(transposeA ? 1 : 0);
    long k = a.size(transposeA ? 0 : 1);
    long n = b.size(transposeB ? 0 : 1);
    if (m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      clearIfFresh(into);
      return;
    }
    long target = Address.of(into.array());
    if (transposeB && !transposeA) {
      boolean accumulate = into.beta() != 0;
      if (MatrixProducts.compiled(m)) {
        products.timesTransposed(Address.of(a), Address.of(b), target, m, n, k, accumulate);
      } else {
        products.timesTransposedByGemm(Address.of(a), Address.of(b), target, m, n, k, accumulate);
      }
      return;
    }
    products.gemm(
        transposeA, transposeB, Address.of(a), Address.of(b), target, m, n, k, into.beta());
  }

  @Override
  public void columnSumsInto(INDArray x, Accumulator into) {
    if (x.isEmpty()) {
      clearIfFresh(into);
      return;
    }
    columnSums(Address.of(x), x.size(0), x.size(1), into);
  }

  @Override
  public INDArray groupedLinear(
      INDArray x, RowGroups groups, List<INDArray> weights, List<INDArray> biases) {
    INDArray y = matrix(groups.rows(), weights.get(0).size(1));
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        linearGroup(x, groups, g, weights.get(g), biases.get(g), y);
      }
    }
    return y;
  }

  private void linearGroup(
      INDArray x, RowGroups groups, int group, INDArray weight, INDArray bias, INDArray y) {
    blocks.linear(
        row(x, groups.inputOffset(group), weight.size(0)),
        weight,
        bias,
        row(y, groups.offset(group), weight.size(1)),
        groups.size(group),
        computedRows(groups, group));
  }

  /**
   * Rows that a group's products are computed on. Its last rows may belong to the next group, which
   * overwrites them: so a few compiled primitives serve groups whose sizes change all the time.
   */
  private int computedRows(RowGroups groups, int group) {
    int size = groups.size(group);
    int behind = groups.rows() - groups.offset(group) - size;
    return groups.isShared() ? size : blocks.computed(size, behind);
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    long in = weights.get(0).size(0);
    INDArray dx = matrix(groups.inputRows(), in);
    for (int g = 0; g < groups.count(); g++) {
      long out = weights.get(g).size(1);
      if (groups.size(g) > 0) {
        long from = row(dy, groups.offset(g), out);
        long weight = Address.of(weights.get(g));
        long to = row(dx, groups.inputOffset(g), in);
        boolean accumulate = groups.isShared() && g > 0;
        long rows = computedRows(groups, g);
        if (MatrixProducts.compiled(rows) && MatrixProducts.worthCompiling(in, out)) {
          products.timesTransposed(from, weight, to, rows, in, out, accumulate);
        } else {
          products.timesTransposedByGemm(from, weight, to, groups.size(g), in, out, accumulate);
        }
      }
    }
    return dx;
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, Accumulator weight, Accumulator bias) {
    long in = x.size(1);
    long out = dy.size(1);
    long rows = groups.size(group);
    long dyStart = row(dy, groups.offset(group), out);
    products.gemm(
        true,
        false,
        row(x, groups.inputOffset(group), in),
        dyStart,
        Address.of(weight.array()),
        in,
        out,
        rows,
        weight.beta());
    columnSums(dyStart, rows, out, bias);
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
  public INDArray activation(Activation activation, INDArray x) {
    INDArray y = like(x);
    elementWise.activation(activation, Address.of(x), Address.of(y), x.length());
    return y;
  }

  @Override
  public INDArray activationGradient(Activation activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    elementWise.activationGradient(
        activation, Address.of(x), Address.of(dy), Address.of(dx), x.length());
    return dx;
  }

  @Override
  public Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    INDArray y = like(x);
    INDArray mean = vector(x.size(0));
    INDArray variance = vector(x.size(0));
    normalization
        .forward(x.size(0), x.size(1), epsilon)
        .execute(
            Address.of(x),
            Address.of(gain),
            Address.of(shift),
            Address.of(y),
            Address.of(mean),
            Address.of(variance));
    return new Normalized(y, mean, variance);
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
    INDArray dx = like(x);
    INDArray dGain = vector(gain.length());
    INDArray dShift = vector(gain.length());
    normalization
        .backward(x.size(0), x.size(1), epsilon)
        .execute(
            Address.of(x),
            Address.of(forward.mean()),
            Address.of(forward.variance()),
            Address.of(gain),
            Address.of(dy),
            Address.of(dx),
            Address.of(dGain),
            Address.of(dShift));
    addInto(dGain, gainGradient);
    addInto(dShift, shiftGradient);
    return dx;
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, KeyPadding padding) {
    return attention.forward(q, k, v, shape, padding);
  }

  @Override
  public void attentionGradient(
      INDArray q,
      INDArray k,
      INDArray v,
      Attended forward,
      AttentionShape shape,
      INDArray dOutput,
      INDArray dq,
      INDArray dk,
      INDArray dv) {
    attention.backward(q, k, v, forward, shape, dOutput, dq, dk, dv);
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

  final void columnSums(long x, long rows, long width, Accumulator into) {
    long ones = Address.of(constant(1, rows));
    products.gemm(false, false, ones, x, Address.of(into.array()), 1, width, rows, into.beta());
  }

  static void clearIfFresh(Accumulator into) {
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

  /** At least {@code length} elements of one value, kept. */
  final INDArray constant(int value, long length) {
    INDArray known = constants.get(value);
    if (known != null && known.length() >= length) {
      return known;
    }
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray made = Nd4j.valueArrayOf(new long[] {length}, value, DataType.FLOAT);
      constants.put(value, made);
      return made;
    }
  }

  static long row(INDArray x, long row, long width) {
    return Address.of(x) + ((row * width) << 2);
  }

  private static INDArray like(INDArray x) {
    return Nd4j.createUninitialized(DataType.FLOAT, x.shape());
  }

  static INDArray matrix(long rows, long columns) {
    return Nd4j.createUninitialized(DataType.FLOAT, rows, columns);
  }

  private static INDArray vector(long length) {
    return Nd4j.createUninitialized(DataType.FLOAT, length);
  }
}
