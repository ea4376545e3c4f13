package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.KernelBase.LabelSmoothing;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax cross-entropy in blocks of rows: the probabilities of a block stay in the second-level
 * cache until its gradient has overwritten its logits, so the vocabulary is never stored twice.
 */
final class CrossEntropy {
  private static final int BLOCK = 64;

  /** Below this the logarithm of a float32 probability is no longer exact. */
  private static final float TINY = 1e-30f;

  private final SoftmaxRows softmax;
  private final Scratch blocks = new Scratch(DataType.FLOAT);

  CrossEntropy(SoftmaxRows softmax) {
    this.softmax = softmax;
  }

  double meanLoss(INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient) {
    int counted = (int) Arrays.stream(targets).filter(t -> t >= 0).count();
    int rows = targets.length;
    int classes = (int) logits.size(1);
    float share = counted == 0 ? 0 : 1f / counted;
    float shift = (float) (-share * smoothing.everyClass());
    double[] sums = new double[(rows + BLOCK - 1) / BLOCK];
    Pieces.run(
        sums.length,
        piece -> {
          int start = piece * BLOCK;
          int size = Math.min(BLOCK, rows - start);
          long from = Address.row(logits, start);
          long length = (long) size * classes;
          long block = blocks.address(length);
          // Of a block, because a buffer ends at 2 GiB.
          FloatBuffer z = Address.buffer(from, length);
          FloatBuffer p = Address.buffer(block, length);
          softmax.forward(from, block, size, classes, DataType.FLOAT);
          for (int r = 0; r < size; r++) {
            int target = targets[start + r];
            sums[piece] += target < 0 ? 0 : loss(z, p, r, target, classes, smoothing);
          }
          if (gradient) {
            scale(p, share, shift, z);
            float target = (float) (share * smoothing.target());
            subtractTargets(z, targets, start, size, classes, target);
          }
        });
    return counted == 0 ? 0 : Arrays.stream(sums).sum() / counted;
  }

  /** Computes {@code y = factor * x + shift}, staged through a heap array for vector code. */
  private static void scale(FloatBuffer x, float factor, float shift, FloatBuffer y) {
    float[] staged = new float[OneDnnArrayKernels.BLOCK];
    for (int i = 0; i < x.capacity(); i += staged.length) {
      int size = Math.min(staged.length, x.capacity() - i);
      x.get(i, staged, 0, size);
      for (int j = 0; j < size; j++) {
        staged[j] = factor * staged[j] + shift;
      }
      y.put(i, staged, 0, size);
    }
  }

  private static double loss(
      FloatBuffer z, FloatBuffer p, int row, int target, int classes, LabelSmoothing smoothing) {
    double nll = negativeLogLikelihood(z, p, row, target, classes);
    if (smoothing.isNone()) {
      return nll;
    }
    float[] logits = new float[classes];
    z.get(row * classes, logits);
    double others = 0;
    for (float logit : logits) {
      others += logits[target] - logit;
    }
    return nll + others * smoothing.everyClass();
  }

  private static double negativeLogLikelihood(
      FloatBuffer z, FloatBuffer p, int row, int target, int classes) {
    int base = row * classes;
    float probability = p.get(base + target);
    if (probability > TINY) {
      return -Math.log(probability);
    }
    int likeliest = 0;
    for (int c = 1; c < classes; c++) {
      likeliest = p.get(base + c) > p.get(base + likeliest) ? c : likeliest;
    }
    double logSumExp = z.get(base + likeliest) - Math.log(p.get(base + likeliest));
    return logSumExp - z.get(base + target);
  }

  private static void subtractTargets(
      FloatBuffer z, int[] targets, int start, int size, int classes, float share) {
    float @Nullable [] zeros = null;
    for (int row = 0; row < size; row++) {
      int base = row * classes;
      int target = targets[start + row];
      if (target >= 0) {
        z.put(base + target, z.get(base + target) - share);
      } else {
        zeros = zeros == null ? new float[classes] : zeros;
        z.put(base, zeros);
      }
    }
  }
}
