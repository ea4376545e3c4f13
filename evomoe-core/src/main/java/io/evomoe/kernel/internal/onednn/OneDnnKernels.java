package io.evomoe.kernel.internal.onednn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.KernelBase.LabelSmoothing;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RepeatedArrays;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.Operands.Operand;
import io.evomoe.kernel.internal.onednn.Operands.Weight;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels in float32 on oneDNN, on ND4J's own off-heap buffers: nothing is copied between the two.
 * AdamW and dropout, which oneDNN does not have, are Java loops.
 */
final class OneDnnKernels extends OneDnnRowKernels {
  private final Products products;
  private final OneDnnKernels exact;
  private final FeedForwardBlocks feedForward;
  private final Normalization normalization;
  private final HeadAttention attention;
  private final CrossEntropy crossEntropy = new CrossEntropy(softmax);

  /**
   * Creates kernels in float32 whose products have operands of the given precision. This applies
   * always to products of tokens and weights. It applies to products of tokens in attention if
   * these have that precision.
   */
  OneDnnKernels(Precision precision) {
    this(
        new Products(
            new Rounding(precision == Precision.BF16 ? DataType.BFLOAT16 : DataType.FLOAT)));
  }

  OneDnnKernels(Products products) {
    this.products = products;
    attention = new HeadAttention(cache, softmax, products.rounding());
    exact = products.type() == DataType.FLOAT ? this : new OneDnnKernels(Precision.F32);
    normalization = new Normalization(cache, exact.products);
    feedForward = new FeedForwardBlocks(products);
  }

  @Override
  public Kernels exact() {
    return exact;
  }

  @Override
  public int jointRows() {
    return exact == this ? RowProducts.FEW : super.jointRows();
  }

  /** A row of few in float32 has the same bits whatever their number. */
  @Override
  public int filled(int rows) {
    return exact == this ? rows : super.filled(rows);
  }

  @Override
  public Runnable hold(List<INDArray> weights) {
    return products.hold(weights);
  }

  @Override
  public INDArray linearOperand(INDArray x, INDArray weight, @Nullable INDArray bias) {
    RowGroups all = RowGroups.shared(1, Math.toIntExact(x.size(0)));
    return groupedLinear(x, all, GroupedMap.of(weight, bias), products.type());
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    return groupedLinear(x, groups, map, DataType.FLOAT);
  }

  private INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map, DataType type) {
    INDArray y = RepeatedArrays.create(type, groups.rows(), map.out());
    if (x.isEmpty() || y.isEmpty()) {
      return y;
    }
    Operands operands = products.operands();
    Operand in = operands.of(x);
    List<Weight> weights = operands.ofWeights(map, groups);
    operands.ready();
    List<Runnable> pieces = new ArrayList<>();
    products.addLinear(in, weights, groups, y, pieces);
    Pieces.run(pieces);
    return y;
  }

  @Override
  protected void addProduct(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    int terms = Math.toIntExact(a.size(transposeA ? 0 : 1));
    Operands operands = products.operands();
    Operand left = operands.of(a);
    Operand right = operands.of(b);
    boolean rows = !transposeA && transposeB && into.beta() == 0;
    Weight copied = rows ? operands.ofTransposed(b, a.size(0)) : null;
    operands.ready();
    List<Runnable> pieces = new ArrayList<>();
    if (copied == null) {
      products.addPieces(transposeA, transposeB, left, right, into, terms, null, pieces);
    } else {
      RowGroups all = RowGroups.shared(1, Math.toIntExact(a.size(0)));
      products.addLinear(left, List.of(copied), all, into.array(), pieces);
    }
    Pieces.run(pieces);
  }

  @Override
  public INDArray linearGradient(
      INDArray x,
      INDArray weight,
      INDArray dy,
      @Nullable Accumulator dWeight,
      @Nullable Accumulator dBias) {
    return x.size(0) == 0
        ? super.linearGradient(x, weight, dy, dWeight, dBias).castTo(x.dataType())
        : gradients(x, weight, false, dy, new MapGradients(dWeight, dBias));
  }

  @Override
  public INDArray tableGradient(
      INDArray x, INDArray table, INDArray dy, @Nullable Accumulator dTable) {
    return x.isEmpty() || dy.isEmpty()
        ? super.tableGradient(x, table, dy, dTable)
        : gradients(x, table, true, dy, new MapGradients(dTable, null));
  }

  /**
   * Computes the gradients of x W, or of x W^T if the weight is transposed. Takes some rows at a
   * time, so that few of them are rounded together.
   */
  private INDArray gradients(
      INDArray x, INDArray weight, boolean transposed, INDArray dy, MapGradients into) {
    int rows = Math.toIntExact(x.size(0));
    int out = Math.toIntExact(dy.size(1));
    INDArray dx = Nd4j.createUninitialized(x.dataType(), rows, x.size(1));
    int most = products.rounding().rows(out);
    MapGradients sums = into;
    int size;
    for (int from = 0; from < rows; from += size) {
      size = Math.min(most, rows - from);
      Operands operands = products.operands();
      Operand in = operands.ofRows(x, from, size);
      Operand gradient = operands.ofRows(dy, from, size);
      Operand values = operands.of(weight);
      operands.ready();
      Operand left = transposed ? gradient : in;
      Operand right = transposed ? in : gradient;
      Accumulator part = new Accumulator(dx.get(interval(from, from + size), all()), 0);
      List<Runnable> pieces = new ArrayList<>();
      products.addGradients(left, right, size, out, sums, pieces);
      products.addPieces(false, !transposed, gradient, values, part, out, null, pieces);
      Pieces.run(pieces);
      sums = into.further();
    }
    return dx;
  }

  @Override
  protected void addColumnSums(INDArray x, Accumulator into) {
    Pieces.run(1, piece -> exact.products.columnSums(Address.of(x), x.size(0), x.size(1), into));
  }

  @Override
  public FeedForwardPass feedForward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    return feedForward.forward(nets, x, groups);
  }

  @Override
  public INDArray activation(ActivationFunction activation, INDArray x) {
    INDArray y = like(x);
    Pieces.ofElements(
        x.length(),
        (i, n) -> elementWise.activation(activation, Address.of(x) + i, Address.of(y) + i, n));
    return y;
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    Pieces.ofElements(
        x.length(),
        (i, n) ->
            elementWise.activationGradient(
                activation, Address.of(x) + i, Address.of(dy) + i, Address.of(dx) + i, n));
    return dx;
  }

  @Override
  public Normalized normalize(INDArray x, INDArray gain, @Nullable INDArray shift, double epsilon) {
    return normalization.normalize(x, gain, shift, epsilon);
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return attention.forward(q, k, v, shape, mask);
  }

  @Override
  protected double meanLoss(
      INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient) {
    return crossEntropy.meanLoss(logits, targets, smoothing, gradient);
  }

  /** Returns an uninitialized array, from {@link RepeatedArrays#create}. */
  static INDArray floats(long... shape) {
    return RepeatedArrays.create(DataType.FLOAT, shape);
  }
}
