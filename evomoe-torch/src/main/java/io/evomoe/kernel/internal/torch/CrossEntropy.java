package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.LabelSmoothing;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean cross-entropy of rows of logits, and its gradient in their place. */
final class CrossEntropy {
  private static final long[] COLUMNS = {1};

  private CrossEntropy() {}

  static double overwrite(
      INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient) {
    requireClasses(targets, logits.size(1));
    if (logits.isEmpty()) {
      return 0;
    }
    long[] left =
        IntStream.range(0, targets.length).filter(i -> targets[i] < 0).asLongStream().toArray();
    int counted = targets.length - left.length;
    try (Tensors tensors = new Tensors()) {
      Tensor z = tensors.of(logits);
      if (counted == 0) {
        z.zero_();
        return 0;
      }
      Tensor leftRows = tensors.of(left);
      if (left.length > 0) {
        z.index_fill_(0, leftRows, new Scalar(0.0));
      }
      z.sub_(z.amax(COLUMNS, true));
      long[] columns = IntStream.of(targets).mapToLong(target -> Math.max(target, 0)).toArray();
      Tensor chosen = tensors.of(columns).unsqueeze(1);
      Tensor expected = z.gather(1, chosen);
      if (!smoothing.isNone()) {
        expected.mul_(new Scalar(smoothing.target()));
        expected.add_(rowSums(z), new Scalar(smoothing.everyClass()));
      }
      z.exp_();
      Tensor sums = rowSums(z);
      Tensor losses = sums.log().sub_(expected);
      if (left.length > 0) {
        losses.index_fill_(0, leftRows, new Scalar(0.0));
      }
      double loss = losses.sum(new ScalarTypeOptional(ScalarType.Double)).item_double();
      if (gradient) {
        z.div_(sums.mul_(new Scalar((double) counted)));
        Tensor share = sums.fill_(new Scalar(-smoothing.target() / counted));
        z.scatter_add_(1, chosen, share);
        if (!smoothing.isNone()) {
          z.sub_(new Scalar(smoothing.everyClass() / counted));
        }
        if (left.length > 0) {
          z.index_fill_(0, leftRows, new Scalar(0.0));
        }
      }
      return loss / counted;
    }
  }

  /** [n, 1]. */
  private static Tensor rowSums(Tensor x) {
    return x.sum(1).unsqueeze(1);
  }

  private static void requireClasses(int[] targets, long classes) {
    for (int target : targets) {
      if (target >= classes) {
        throw new IllegalArgumentException(
            "target must be below " + classes + " (classes), was " + target);
      }
    }
  }
}
