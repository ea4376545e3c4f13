package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.LabelSmoothing;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels of libtorch's tensor operations on ND4J's off-heap buffers. Nothing is copied between the
 * two, and results are written into arrays of the current workspace. {@link Place} has the
 * differences of a card.
 */
final class TorchKernels implements Kernels {
  private final DataType dataType;
  private final Products products;
  private final GroupedProducts groupedProducts;
  private final AdamW adamW = new AdamW();
  private final Kernels exact;

  /**
   * Creates kernels for one type.
   *
   * @param dataType FLOAT or DOUBLE
   * @param precision of the operands in products of tokens and weights only; attention products use
   *     the data type
   */
  TorchKernels(DataType dataType, Precision precision) {
    this.dataType = dataType;
    products = new Products(precision);
    groupedProducts = new GroupedProducts(products);
    exact = precision == Precision.F32 ? this : new TorchKernels(dataType, Precision.F32);
  }

  @Override
  public String name() {
    return TorchKernelProvider.NAME;
  }

  @Override
  public DataType dataType() {
    return dataType;
  }

  @Override
  public Kernels exact() {
    return exact;
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    INDArray y = array(x.size(0), weight.size(1));
    if (!y.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Work work = new Work();
        Products.linear(
            work,
            products.operand(tensors.of(x)),
            products.operand(tensors.of(weight)),
            bias == null ? null : tensors.flat(bias),
            tensors.of(y));
        work.run();
      }
    }
    return y;
  }

  @Override
  public INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    INDArray c = array(a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1));
    multiplyInto(a, transposeA, b, transposeB, new Accumulator(c, 0));
    return c;
  }

  @Override
  public void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    if (a.isEmpty() || b.isEmpty()) {
      Products.scale(into);
      return;
    }
    try (Tensors tensors = new Tensors()) {
      Tensor left = products.operand(tensors.of(a));
      Tensor right = products.operand(tensors.of(b));
      Work work = new Work();
      Products.multiply(
          work,
          transposeA ? left.t() : left,
          transposeB ? right.t() : right,
          tensors.of(into.array()),
          into.beta());
      work.run();
    }
  }

  @Override
  public void columnSumsInto(INDArray x, Accumulator into) {
    if (x.isEmpty()) {
      Products.scale(into);
      return;
    }
    try (Tensors tensors = new Tensors()) {
      Products.columnSums(tensors.of(x), tensors.flat(into.array()), into.beta());
    }
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    INDArray y = array(groups.rows(), map.out());
    groupedProducts.linear(x, groups, map, y);
    return y;
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    INDArray dx = array(groups.inputRows(), weights.get(0).size(0));
    groupedProducts.inputGradient(dy, groups, weights, dx);
    return dx;
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    groupedProducts.parameterGradients(x, dy, groups, group, into);
  }

  @Override
  public INDArray activation(ActivationFunction activation, INDArray x) {
    INDArray y = like(x);
    Work.each(
        x.length(),
        1,
        (tensors, from, count) ->
            Activations.apply(
                activation, tensors.flat(x, from, count), tensors.flat(y, from, count)));
    return y;
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    Work.each(
        x.length(),
        1,
        (tensors, from, count) ->
            Activations.gradient(
                activation,
                tensors.flat(x, from, count),
                tensors.flat(dy, from, count),
                tensors.flat(dx, from, count)));
    return dx;
  }

  @Override
  public INDArray gatedActivation(ActivationFunction activation, INDArray x, INDArray up) {
    INDArray y = like(x);
    Work.each(
        x.length(),
        1,
        (tensors, from, count) -> {
          Tensor gated = tensors.flat(y, from, count);
          Activations.apply(activation, tensors.flat(x, from, count), gated);
          gated.mul_(tensors.flat(up, from, count));
        });
    return y;
  }

  @Override
  public INDArray gatedActivationGradient(
      ActivationFunction activation, INDArray x, INDArray up, INDArray dy, INDArray dUp) {
    INDArray dx = like(x);
    Work.each(
        x.length(),
        1,
        (tensors, from, count) -> {
          Tensor in = tensors.flat(x, from, count);
          Tensor gradient = tensors.flat(dy, from, count);
          Tensor upGradient = tensors.flat(dUp, from, count);
          Tensor inner = gradient.mul(tensors.flat(up, from, count));
          Activations.gradient(activation, in, inner, tensors.flat(dx, from, count));
          Activations.apply(activation, in, upGradient);
          upGradient.mul_(gradient);
        });
    return dx;
  }

  @Override
  public Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    Normalized result = new Normalized(like(x), array(x.size(0)), array(x.size(0)));
    if (!x.isEmpty()) {
      Normalization.layer(x, gain, shift, epsilon, result);
    }
    return result;
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
    if (x.isEmpty()) {
      Products.scale(gainGradient);
      Products.scale(shiftGradient);
    } else {
      Normalization.layerGradient(x, forward, gain, epsilon, dy, gainGradient, shiftGradient, dx);
    }
    return dx;
  }

  @Override
  public RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon) {
    RmsNormalized result = new RmsNormalized(like(x), array(x.size(0)));
    if (!x.isEmpty()) {
      Normalization.rootMeanSquare(x, gain, epsilon, result);
    }
    return result;
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
    if (x.isEmpty()) {
      Products.scale(gainGradient);
    } else {
      Normalization.rootMeanSquareGradient(x, forward, gain, epsilon, dy, gainGradient, dx);
    }
    return dx;
  }

  @Override
  public void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    Rotation.rotate(x, cosines, sines, positions, back);
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return new HeadAttention(q, k, v, shape, mask);
  }

  @Override
  public double crossEntropy(INDArray logits, int[] targets, double smoothing, boolean gradient) {
    LabelSmoothing smoothed = new LabelSmoothing(smoothing, logits.size(1));
    return CrossEntropy.overwrite(logits, targets, smoothed, gradient);
  }

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    INDArray y = array(rows.length, x.size(1));
    RowMoves.gather(x, rows, y);
    return y;
  }

  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    RowMoves.scatter(x, rows, into);
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    INDArray y = array(n, x.size(1));
    RowMoves.combine(x, rows, weights, y);
    return y;
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    INDArray dx = array(rows.length, dy.size(1));
    RowMoves.spread(dy, rows, weights, dx);
    return dx;
  }

  @Override
  public INDArray rowDots(INDArray x, INDArray y, int[] rows) {
    INDArray dots = array(rows.length);
    RowMoves.dots(x, y, rows, dots);
    return dots;
  }

  @Override
  public INDArray place(INDArray values, RoutedRows rows) {
    INDArray placed = array(rows.n(), rows.groups());
    RowMoves.place(values, rows, placed);
    return placed;
  }

  @Override
  public INDArray softmax(INDArray x) {
    INDArray y = like(x);
    SoftmaxRows.apply(x, y);
    return y;
  }

  @Override
  public INDArray rowsWhere(INDArray x, INDArray beside) {
    return RowMoves.where(x, beside, like(x));
  }

  @Override
  public INDArray softmaxGradient(INDArray y, INDArray dy) {
    return SoftmaxRows.gradient(y, dy, like(y));
  }

  @Override
  public void clear(INDArray x) {
    Elements.clear(x);
  }

  @Override
  public void copyInto(INDArray x, INDArray into) {
    Elements.copy(x, into);
  }

  @Override
  public void scale(INDArray x, double factor) {
    Elements.scale(x, factor);
  }

  @Override
  public INDArray times(INDArray a, INDArray b) {
    INDArray product = like(a);
    Elements.multiply(a, b, product);
    return product;
  }

  @Override
  public INDArray add(INDArray a, INDArray b) {
    INDArray sum = like(a);
    Elements.add(a, b, sum);
    return sum;
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    Elements.add(a, b, a);
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    INDArray y = like(x);
    Place.current().dropout(x, rate, seed, y);
    return y;
  }

  @Override
  public double sumOfSquares(INDArray x) {
    return Elements.sumOfSquares(x);
  }

  @Override
  public void spoilUnlessFinite(INDArray x) {
    Elements.spoilUnlessFinite(x);
  }

  @Override
  public void adamW(
      INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step) {
    adamW(List.of(new AdamWUpdate(value, gradient, moment1, moment2, step)));
  }

  @Override
  public void adamW(List<AdamWUpdate> updates) {
    adamW.update(updates);
  }

  /** Returns an uninitialized array in the current workspace. */
  private INDArray array(long... shape) {
    return Nd4j.createUninitialized(dataType, shape);
  }

  private INDArray like(INDArray x) {
    return array(x.shape());
  }
}
