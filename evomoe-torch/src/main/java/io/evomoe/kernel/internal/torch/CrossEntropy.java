package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.KernelBase.LabelSmoothing;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes the mean cross-entropy of rows of logits, and overwrites them with its gradient. */
final class CrossEntropy {
  private static final long[] COLUMNS = {1};

  private CrossEntropy() {}

  /** Overwrites logits of which some rows count, at least one. */
  static double overwrite(
      INDArray logits, int[] targets, int counted, LabelSmoothing smoothing, boolean gradient) {
    double[] losses = new double[targets.length];
    Work.each(
        targets.length,
        logits.size(1),
        (tensors, from, count) -> {
          Tensor z = tensors.rows(logits, from, count);
          int[] own = Arrays.copyOfRange(targets, from, from + count);
          losses[from] = overwrite(tensors, z, own, counted, smoothing, gradient);
        });
    return DoubleStream.of(losses).sum() / counted;
  }

  /** Returns the sum of the losses of these rows. */
  private static double overwrite(
      Tensors tensors,
      Tensor z,
      int[] targets,
      int counted,
      LabelSmoothing smoothing,
      boolean gradient) {
    Tensor left =
        tensors.of(
            IntStream.range(0, targets.length)
                .filter(i -> targets[i] < 0)
                .asLongStream()
                .toArray());
    z.index_fill_(0, left, new Scalar(0.0));
    z.sub_(z.amax(COLUMNS, true));
    Tensor chosen =
        tensors
            .of(IntStream.of(targets).mapToLong(target -> Math.max(target, 0)).toArray())
            .unsqueeze(1);
    Tensor expected = z.gather(1, chosen);
    if (!smoothing.isNone()) {
      expected.mul_(new Scalar(smoothing.target()));
      expected.add_(rowSums(z), new Scalar(smoothing.everyClass()));
    }
    z.exp_();
    Tensor sums = rowSums(z);
    Tensor losses = sums.log().sub_(expected).index_fill_(0, left, new Scalar(0.0));
    if (gradient) {
      z.div_(sums.mul_(new Scalar((double) counted)));
      z.scatter_add_(1, chosen, sums.fill_(new Scalar(-smoothing.target() / counted)));
      if (!smoothing.isNone()) {
        z.sub_(new Scalar(smoothing.everyClass() / counted));
      }
      z.index_fill_(0, left, new Scalar(0.0));
    }
    return losses.sum(new ScalarTypeOptional(ScalarType.Double)).item_double();
  }

  /** [n, 1]. */
  private static Tensor rowSums(Tensor x) {
    return x.sum(1).unsqueeze(1);
  }
}
