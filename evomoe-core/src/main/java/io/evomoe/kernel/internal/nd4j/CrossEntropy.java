package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.KernelBase.LabelSmoothing;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.ops.NDBase;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Mean cross-entropy of rows of logits. The gradient overwrites the logits. */
final class CrossEntropy {
  private CrossEntropy() {}

  static double overwrite(
      INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient) {
    int[] counted = IntStream.range(0, targets.length).filter(i -> targets[i] >= 0).toArray();
    INDArray rows =
        counted.length == targets.length ? logits : Nd4jRowKernels.gather(logits, counted);
    double mean = 0;
    if (counted.length > 0) {
      INDArray positions = positions(targets, counted, logits.columns());
      mean = overwriteCounted(rows, positions, smoothing, gradient);
    }
    if (gradient && counted.length < targets.length) {
      logits.assign(0);
      Nd4jRowKernels.scatter(rows, counted, logits);
    }
    return mean;
  }

  private static double overwriteCounted(
      INDArray logits, INDArray positions, LabelSmoothing smoothing, boolean gradient) {
    long n = logits.rows();
    logits.subiColumnVector(logits.max(1));
    INDArray flat = logits.reshape(logits.length());
    INDArray chosen = new NDBase().gather(flat, positions, 0);
    INDArray expected = chosen;
    if (!smoothing.isNone()) {
      expected = logits.sum(1).muli(smoothing.everyClass());
      expected.addi(chosen.mul(smoothing.target()));
    }
    Transforms.exp(logits, false);
    INDArray sums = logits.sum(1);
    double loss = total(Transforms.log(sums, true).subi(expected));
    if (gradient) {
      logits.diviColumnVector(sums.muli(n));
      Nd4jRowKernels.scatter("scatter_sub", flat, positions, chosen.assign(smoothing.target() / n));
      if (!smoothing.isNone()) {
        logits.subi(smoothing.everyClass() / n);
      }
    }
    return loss / n;
  }

  private static double total(INDArray losses) {
    return losses.castTo(DataType.DOUBLE).sumNumber().doubleValue();
  }

  /** Returns the positions of the target logits after the counted rows were gathered. */
  private static INDArray positions(int[] targets, int[] counted, int classes) {
    long[] positions = new long[counted.length];
    for (int i = 0; i < counted.length; i++) {
      positions[i] = (long) i * classes + targets[counted[i]];
    }
    return Nd4j.createFromArray(positions);
  }
}
