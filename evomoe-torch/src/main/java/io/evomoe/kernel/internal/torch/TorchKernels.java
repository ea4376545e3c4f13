package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.KernelBase.LabelSmoothing;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RowGroups;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels of libtorch's tensor operations on ND4J's off-heap buffers. Nothing is copied between the
 * two, and results are written into arrays of ND4J. {@link Place} has the differences of a card.
 */
final class TorchKernels extends TorchRowKernels {
  private final Products products;
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
    super(dataType);
    products = new Products(precision);
    exact = precision == Precision.F32 ? this : new TorchKernels(dataType, Precision.F32);
  }

  @Override
  public Kernels exact() {
    return exact;
  }

  @Override
  protected void addProduct(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
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
  protected void addColumnSums(INDArray x, Accumulator into) {
    Work.unlessEmpty(x, all -> Products.columnSums(all.of(x), all.flat(into.array()), into.beta()));
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    INDArray y = array(groups.rows(), map.out());
    if (y.isEmpty()) {
      return y;
    }
    try (Tensors tensors = new Tensors()) {
      Tensor in = products.operand(tensors.of(x));
      Tensor out = tensors.of(y);
      Work work = new Work();
      for (int g = 0; g < groups.count(); g++) {
        if (groups.size(g) > 0) {
          INDArray bias = map.bias(g);
          Products.linear(
              work,
              inputRows(in, groups, g),
              products.operand(tensors.of(map.weight(g))),
              bias == null ? null : tensors.flat(bias),
              outputRows(out, groups, g));
        }
      }
      work.run();
    }
    return y;
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    INDArray dx = array(groups.inputRows(), weights.get(0).size(0));
    if (groups.rows() == 0) {
      return dx;
    }
    try (Tensors tensors = new Tensors()) {
      Tensor out = products.operand(tensors.of(dy));
      Tensor in = tensors.of(dx);
      Work work = new Work();
      for (int g = 0; g < groups.count(); g++) {
        if (groups.size(g) > 0) {
          Products.multiply(
              work,
              outputRows(out, groups, g),
              products.operand(tensors.of(weights.get(g))).t(),
              inputRows(in, groups, g),
              groups.isShared() && g > 0 ? 1 : 0);
        }
        if (groups.isShared()) { // the next one adds to the same rows
          work.run();
          work = new Work();
        }
      }
      work.run();
    }
    return dx;
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    Accumulator weight = into.weight();
    Accumulator bias = into.bias();
    try (Tensors tensors = new Tensors()) {
      Tensor in = inputRows(tensors.of(x), groups, group);
      Tensor out = outputRows(tensors.of(dy), groups, group);
      Work work = new Work();
      if (weight != null) {
        Products.multiply(
            work,
            products.operand(in).t(),
            products.operand(out),
            tensors.of(weight.array()),
            weight.beta());
      }
      if (bias != null) {
        Tensor sums = tensors.flat(bias.array());
        work.add(own -> Products.columnSums(out, sums, bias.beta()));
      }
      work.run();
    }
  }

  /** Returns the input rows of a group. */
  private static Tensor inputRows(Tensor x, RowGroups groups, int group) {
    return x.narrow(0, groups.inputOffset(group), groups.size(group));
  }

  /** Returns the output rows of a group. */
  private static Tensor outputRows(Tensor y, RowGroups groups, int group) {
    return y.narrow(0, groups.offset(group), groups.size(group));
  }

  @Override
  public INDArray activation(ActivationFunction activation, INDArray x) {
    INDArray y = like(x);
    Work.flat(t -> activate(activation, t[0], t[1]), x, y);
    return y;
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    INDArray dx = like(x);
    Work.flat(t -> gradient(activation, t[0], t[1], t[2]), x, dy, dx);
    return dx;
  }

  private static void activate(ActivationFunction activation, Tensor x, Tensor y) {
    switch (activation) {
      case GELU -> torch.gelu_out(y, x, "none");
      case GELU_TANH -> torch.gelu_out(y, x, "tanh");
      case RELU -> torch.relu_out(y, x);
      case TANH -> torch.tanh_out(y, x);
      case SILU -> torch.silu_out(y, x);
    }
  }

  /** {@code dx = dy activation'(x)}. */
  private static void gradient(ActivationFunction activation, Tensor x, Tensor dy, Tensor dx) {
    switch (activation) {
      case GELU -> torch.gelu_backward_out(dx, dy, x, "none");
      case GELU_TANH -> torch.gelu_backward_out(dx, dy, x, "tanh");
      case RELU -> torch.threshold_backward_out(dx, dy, x, new Scalar(0.0));
      case TANH -> torch.tanh_backward_out(dx, dy, x.tanh());
      case SILU -> torch.silu_backward_out(dx, dy, x);
    }
  }

  @Override
  public Normalized normalize(INDArray x, INDArray gain, @Nullable INDArray shift, double epsilon) {
    return shift == null
        ? Normalization.byRootMeanSquare(x, gain, epsilon)
        : Normalization.byMoments(x, gain, shift, epsilon);
  }

  @Override
  public void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    requireRows(positions, cosines.size(0));
    Work.each(
        x.size(0),
        x.size(1),
        (tensors, from, count) -> {
          Tensor rows = tensors.of(Arrays.copyOfRange(positions, from, from + count));
          Tensor c = tensors.of(cosines).index_select(0, rows).unsqueeze(1);
          Tensor s = tensors.of(sines).index_select(0, rows).unsqueeze(1);
          Tensor pairs = tensors.pairs(x, cosines.size(1), from, count);
          Tensor a = pairs.select(2, 0);
          Tensor b = pairs.select(2, 1);
          Tensor turnedA = a.mul(c).addcmul_(b, s, new Scalar(back ? 1.0 : -1.0));
          Tensor turnedB = b.mul(c).addcmul_(a, s, new Scalar(back ? -1.0 : 1.0));
          a.copy_(turnedA);
          b.copy_(turnedB);
        });
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return HeadAttention.of(q, k, v, shape, mask);
  }

  @Override
  protected double meanLoss(
      INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient) {
    int counted = (int) IntStream.of(targets).filter(target -> target >= 0).count();
    if (counted == 0) {
      clear(logits);
      return 0;
    }
    return CrossEntropy.overwrite(logits, targets, counted, smoothing, gradient);
  }

  @Override
  public void adamW(List<AdamWUpdate> updates) {
    adamW.update(updates);
  }
}
