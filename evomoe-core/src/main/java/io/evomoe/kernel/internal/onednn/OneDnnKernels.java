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
import io.evomoe.kernel.FeedForwardPass;
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
 * AdamW and dropout, which oneDNN does not have, are Java loops.
 */
final class OneDnnKernels extends OneDnnRowKernels implements Kernels {
  private final ColumnSums columnSums;
  private final TiledProducts tiledProducts;
  private final GroupedProducts groupedProducts;
  private final Kernels exact;
  private final FeedForwardBlocks feedForward;
  private final ElementWise elementWise = new ElementWise(cache, DataType.FLOAT);
  private final Normalization normalization;
  private final HeadAttention attention;
  private final CrossEntropy crossEntropy = new CrossEntropy(softmax);

  /**
   * Creates kernels in float32 whose products have operands of the given precision. This applies
   * always to products of tokens and weights. It applies to products of tokens in attention if
   * these have that precision.
   */
  OneDnnKernels(Precision precision) {
    MatrixProducts matrices = new MatrixProducts(cache);
    boolean rounded = precision == Precision.BF16;
    columnSums = new ColumnSums(matrices);
    normalization = new Normalization(cache, columnSums);
    LargeProducts products =
        rounded ? new Bf16LargeProducts() : new FloatLargeProducts(matrices, columnSums);
    tiledProducts = new TiledProducts(products);
    groupedProducts = new GroupedProducts(products);
    attention = new HeadAttention(cache, softmax, products.rounding());
    exact = rounded ? new OneDnnKernels(Precision.F32) : this;
    feedForward = new FeedForwardBlocks(products, groupedProducts);
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

  /** Products of float32 do not depend on the number of rows, if it is a multiple of 8. */
  @Override
  public int jointRows() {
    return exact == this ? Integer.MAX_VALUE : Kernels.super.jointRows();
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    return linear(x, weight, bias, DataType.FLOAT);
  }

  @Override
  public INDArray linearOperand(INDArray x, INDArray weight, @Nullable INDArray bias) {
    return linear(x, weight, bias, groupedProducts.type());
  }

  private INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias, DataType type) {
    int rows = Math.toIntExact(x.size(0));
    INDArray y = Nd4j.createUninitialized(type, rows, weight.size(1));
    if (rows > 0 && !weight.isEmpty()) {
      GroupedMap map = new GroupedMap(List.of(weight), bias == null ? List.of() : List.of(bias));
      groupedProducts.linear(x, RowGroups.shared(1, rows), map, y);
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
    return x.size(0) == 0
        ? Kernels.super
            .linearGradient(x, weight, dy, weightGradient, biasGradient)
            .castTo(x.dataType())
        : groupedProducts.gradients(x, weight, dy, new MapGradients(weightGradient, biasGradient));
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
    if (into.array().isEmpty()) {
      return;
    }
    if (a.isEmpty()) {
      clearIfFresh(into);
      return;
    }
    tiledProducts.multiplyInto(a, transposeA, b, transposeB, into);
  }

  @Override
  public INDArray tableGradient(
      INDArray x, INDArray table, INDArray dy, Accumulator tableGradient) {
    return x.isEmpty() || dy.isEmpty()
        ? Kernels.super.tableGradient(x, table, dy, tableGradient)
        : tiledProducts.tableGradient(x, table, dy, tableGradient);
  }

  @Override
  public void columnSumsInto(INDArray x, Accumulator into) {
    if (x.isEmpty()) {
      clearIfFresh(into);
    } else {
      Pieces.run(1, piece -> columnSums.of(Address.of(x), x.size(0), x.size(1), into));
    }
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    INDArray y = matrix(groups.rows(), map.out());
    groupedProducts.linear(x, groups, map, y);
    return y;
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    return groupedProducts.inputGradient(dy, groups, weights);
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    groupedProducts.parameterGradients(x, dy, groups, group, into);
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
    long from = Address.of(x);
    long to = Address.of(y);
    Pieces.ofElements(
        x.length(), (i, n) -> elementWise.activation(activation, from + i, to + i, n));
    return y;
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    long from = Address.of(x);
    long gradient = Address.of(dy);
    long to = Address.of(dx);
    Pieces.ofElements(
        x.length(),
        (i, n) -> elementWise.activationGradient(activation, from + i, gradient + i, to + i, n));
    return dx;
  }

  @Override
  public INDArray gatedActivation(ActivationFunction activation, INDArray x, INDArray up) {
    INDArray y = like(x);
    long from = Address.of(x);
    long factor = Address.of(up);
    long to = Address.of(y);
    Pieces.ofElements(
        x.length(),
        (i, n) -> {
          elementWise.activation(activation, from + i, to + i, n);
          elementWise.multiply(to + i, factor + i, to + i, n);
        });
    return y;
  }

  @Override
  public INDArray gatedActivationGradient(
      ActivationFunction activation, INDArray x, INDArray up, INDArray dy, INDArray dUp) {
    INDArray dx = like(x);
    long from = Address.of(x);
    long factor = Address.of(up);
    long gradient = Address.of(dy);
    long toUp = Address.of(dUp);
    long to = Address.of(dx);
    Pieces.ofElements(
        x.length(),
        (i, n) -> {
          elementWise.activation(activation, from + i, toUp + i, n);
          elementWise.multiply(toUp + i, gradient + i, toUp + i, n);
          elementWise.multiply(factor + i, gradient + i, to + i, n);
          elementWise.activationGradient(activation, from + i, to + i, to + i, n);
        });
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
    return normalization.layerNormGradient(
        x, forward, gain, epsilon, dy, gainGradient, shiftGradient);
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
  public INDArray add(INDArray a, INDArray b) {
    INDArray sum = like(a);
    addTo(sum, a, b);
    return sum;
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    addTo(a, a, b);
  }

  private void addTo(INDArray sum, INDArray a, INDArray b) {
    long left = Address.of(a);
    long right = Address.of(b);
    long to = Address.of(sum);
    Pieces.ofElements(a.length(), (i, n) -> elementWise.add(left + i, right + i, to + i, n));
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    INDArray y = like(x);
    FlatArrays.dropout(x, rate, seed, y);
    return y;
  }

  @Override
  public double[] read(INDArray array) {
    return FlatArrays.read(array);
  }

  @Override
  public INDArray write(double[] values, long... shape) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape);
    FlatArrays.write(values, array);
    return array;
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

  static void clearIfFresh(Accumulator into) {
    if (into.beta() == 0) {
      FlatArrays.clear(into.array());
    }
  }

  private void addInto(INDArray contribution, Accumulator into) {
    clearIfFresh(into);
    addInto(into.array(), contribution);
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
