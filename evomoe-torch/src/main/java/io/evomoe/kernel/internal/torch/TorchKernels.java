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
import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels made of libtorch's tensor operations, on ND4J's own off-heap buffers: nothing is copied
 * between the two, and results are written into arrays of the current workspace. Dropout, whose
 * counters torch has not, is a Java loop.
 */
final class TorchKernels implements Kernels {
  private final DataType dataType;
  private final Products products;
  private final GroupedProducts groupedProducts;
  private final AdamW adamW = new AdamW();
  private final Kernels exact;

  /**
   * Kernels for one type.
   *
   * @param dataType FLOAT or DOUBLE
   * @param precision of the operands of products of tokens and weights, and of them alone, as
   *     oneDNN has it
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
        Tensor shift = bias == null ? null : tensors.flat(bias);
        products.linear(tensors.of(x), tensors.of(weight), shift, tensors.of(y));
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
      Tensor left = tensors.of(a);
      Tensor right = tensors.of(b);
      products.multiply(
          transposeA ? left.t() : left,
          transposeB ? right.t() : right,
          tensors.of(into.array()),
          into.beta());
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
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Activations.apply(activation, tensors.of(x), tensors.of(y));
      }
    }
    return y;
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Activations.gradient(activation, tensors.of(x), tensors.of(dy), tensors.of(dx));
      }
    }
    return dx;
  }

  @Override
  public INDArray gatedActivation(ActivationFunction activation, INDArray x, INDArray up) {
    INDArray y = like(x);
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Tensor gated = tensors.of(y);
        Activations.apply(activation, tensors.of(x), gated);
        gated.mul_(tensors.of(up));
      }
    }
    return y;
  }

  @Override
  public INDArray gatedActivationGradient(
      ActivationFunction activation, INDArray x, INDArray up, INDArray dy, INDArray dUp) {
    INDArray dx = like(x);
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Tensor in = tensors.of(x);
        Tensor gradient = tensors.of(dy);
        Tensor upGradient = tensors.of(dUp);
        Activations.gradient(activation, in, gradient.mul(tensors.of(up)), tensors.of(dx));
        Activations.apply(activation, in, upGradient);
        upGradient.mul_(gradient);
      }
    }
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
  public double[] rowDots(INDArray x, INDArray y, int[] rows) {
    return RowMoves.dots(x, y, rows);
  }

  @Override
  public INDArray add(INDArray a, INDArray b) {
    INDArray sum = like(a);
    if (!a.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        torch.add_out(tensors.of(sum), tensors.of(a), tensors.of(b));
      }
    }
    return sum;
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    if (!a.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        tensors.of(a).add_(tensors.of(b));
      }
    }
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    INDArray y = like(x);
    Dropout.apply(x, rate, seed, y);
    return y;
  }

  @Override
  public double sumOfSquares(INDArray x) {
    if (x.isEmpty()) {
      return 0;
    }
    try (Tensors tensors = new Tensors()) {
      ScalarTypeOptional exact = new ScalarTypeOptional(ScalarType.Double);
      long[] all = {0};
      double norm =
          torch
              .linalg_vector_norm(tensors.flat(x), new Scalar(2.0), all, false, exact)
              .item_double();
      return norm * norm;
    }
  }

  @Override
  public void adamW(
      INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step) {
    adamW.update(new AdamWUpdate(value, gradient, moment1, moment2, step));
  }

  /** In the current workspace, its content undefined. */
  private INDArray array(long... shape) {
    return Nd4j.createUninitialized(dataType, shape);
  }

  private INDArray like(INDArray x) {
    return array(x.shape());
  }
}
