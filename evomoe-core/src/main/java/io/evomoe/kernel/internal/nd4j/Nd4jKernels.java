package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.KernelBase.LabelSmoothing;
import io.evomoe.kernel.RowGroups;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Kernels made only of ND4J operations.
 *
 * <p>They run on any ND4J backend, including the GPU one, and in double precision. So they are the
 * reference for faster providers and the basis of gradient checks. ND4J rejects arithmetic on
 * arrays without rows, which experts without tokens produce, so kernels pass those through.
 */
public final class Nd4jKernels extends Nd4jRowKernels {
  static final String NAME = "nd4j";

  /**
   * Creates kernels for one type.
   *
   * @param dataType FLOAT or DOUBLE
   */
  public Nd4jKernels(DataType dataType) {
    super(dataType);
  }

  @Override
  protected void addProduct(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    Nd4j.gemm(a, b, into.array(), transposeA, transposeB, 1, into.beta());
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    INDArray y = array(groups.rows(), map.out());
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        INDArray rows = groups.outputsOf(y, g);
        multiplyInto(groups.inputsOf(x, g), false, map.weight(g), false, new Accumulator(rows, 0));
        INDArray bias = map.bias(g);
        if (bias != null) {
          rows.addiRowVector(bias);
        }
      }
    }
    return y;
  }

  @Override
  public INDArray activation(ActivationFunction activation, INDArray x) {
    return x.isEmpty() ? x : Activations.apply(activation, x);
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    return x.isEmpty() ? x : Activations.derivative(activation, x).muli(dy);
  }

  @Override
  public Normalized normalize(INDArray x, INDArray gain, @Nullable INDArray shift, double epsilon) {
    INDArray mean = shift == null ? null : x.mean(1);
    INDArray centered = mean == null ? x : x.subColumnVector(mean);
    INDArray inverse = inverseRoot(centered.mul(centered).mean(1), epsilon);
    INDArray output = centered.mulColumnVector(inverse).muliRowVector(gain);
    return new Normalized(
        shift == null ? output : output.addiRowVector(shift),
        (dy, dGain, dShift) -> {
          INDArray standard = (mean == null ? x : x.subColumnVector(mean)).mulColumnVector(inverse);
          columnSumsInto(dy.mul(standard), dGain);
          INDArray g = dy.mulRowVector(gain);
          INDArray projection = g.mul(standard).mean(1);
          if (dShift != null) {
            columnSumsInto(dy, dShift);
            g.subiColumnVector(g.mean(1));
          }
          return g.subi(standard.muliColumnVector(projection)).muliColumnVector(inverse);
        });
  }

  /** Returns {@code 1 / sqrt(square + epsilon)} [n]. */
  private static INDArray inverseRoot(INDArray square, double epsilon) {
    return Transforms.sqrt(square.add(epsilon), false).rdivi(1);
  }

  @Override
  public void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    INDArray c = gather(cosines, positions);
    INDArray s = back ? gather(sines, positions).neg() : gather(sines, positions);
    long half = cosines.size(1);
    for (long first = 0; first < x.size(1); first += 2 * half) {
      INDArray a = columns(x, first, half);
      INDArray b = columns(x, first + half, half);
      INDArray turned = a.mul(c).subi(b.mul(s));
      b.assign(b.mul(c).addi(a.mul(s)));
      a.assign(turned);
    }
  }

  private static INDArray columns(INDArray x, long first, long width) {
    return x.get(NDArrayIndex.all(), NDArrayIndex.interval(first, first + width));
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return new HeadAttention(q, k, v, shape, mask);
  }

  @Override
  protected double meanLoss(
      INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient) {
    return CrossEntropy.overwrite(logits, targets, smoothing, gradient);
  }
}
