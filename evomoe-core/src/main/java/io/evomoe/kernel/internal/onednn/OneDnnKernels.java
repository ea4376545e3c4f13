package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.KernelBase.LabelSmoothing;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RowGroups;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels in float32 on oneDNN, on ND4J's own off-heap buffers: nothing is copied between the two.
 * AdamW and dropout, which oneDNN does not have, are Java loops.
 */
final class OneDnnKernels extends OneDnnProductKernels {
  private final Kernels exact;
  private final FeedForwardBlocks feedForward;
  private final Normalization normalization = new Normalization(cache, float32);
  private final HeadAttention attention;
  private final CrossEntropy crossEntropy = new CrossEntropy(softmax);

  /**
   * Creates kernels in float32 whose products have operands of the given precision. This applies
   * always to products of tokens and weights. It applies to products of tokens in attention if
   * these have that precision.
   */
  OneDnnKernels(Precision precision) {
    this(new Products(new Rounding(type(precision))));
  }

  OneDnnKernels(Products products) {
    super(products);
    attention = new HeadAttention(cache, softmax, products.rounding());
    exact = products.type() == DataType.FLOAT ? this : new OneDnnKernels(Precision.F32);
    feedForward = new FeedForwardBlocks(products);
  }

  private static DataType type(Precision precision) {
    return precision == Precision.BF16 ? DataType.BFLOAT16 : DataType.FLOAT;
  }

  @Override
  public Kernels exact() {
    return exact;
  }

  /** Products of float32 do not depend on the number of rows, if it is a multiple of 8. */
  @Override
  public int jointRows() {
    return exact == this ? Integer.MAX_VALUE : super.jointRows();
  }

  @Override
  public FeedForwardPass feedForward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    return feedForward.forward(nets, x, groups);
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

  /** Returns an uninitialized array in the current workspace. */
  static INDArray floats(long... shape) {
    return Nd4j.createUninitialized(DataType.FLOAT, shape);
  }
}
