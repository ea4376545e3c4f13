package io.evomoe.training;

import io.evomoe.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The loss of a model's outputs, and its gradient.
 *
 * @param value mean over the texts
 * @param gradient of the value with respect to the outputs
 */
public record OutputLoss(double value, INDArray gradient) {

  /**
   * Computes the mean squared error of a regression, {@code mean((prediction - target)^2)}.
   *
   * @param predictions [n, 1]
   * @param targets n values, at least one
   */
  public static OutputLoss squaredError(Kernels kernels, INDArray predictions, double[] targets) {
    requireSame("predictions", predictions.length(), targets.length);
    double[] gradient = kernels.read(predictions);
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      double error = gradient[i] - targets[i];
      sum += error * error;
      gradient[i] = 2 * error / targets.length;
    }
    return new OutputLoss(sum / targets.length, kernels.write(gradient, predictions.shape()));
  }

  /**
   * Computes the mean cross-entropy of a classification, in nats.
   *
   * @param logits [n, classes], overwritten by the gradient
   * @param labels n classes, counted from 0, at least one
   */
  public static OutputLoss crossEntropy(Kernels kernels, INDArray logits, int[] labels) {
    requireSame("rows of logits", logits.size(0), labels.length);
    for (int label : labels) {
      if (label < 0 || label >= logits.size(1)) {
        throw new IllegalArgumentException(
            "label must be in [0, %d), was %d".formatted(logits.size(1), label));
      }
    }
    return new OutputLoss(kernels.crossEntropy(logits, labels, true), logits);
  }

  private static void requireSame(String what, long number, int targets) {
    if (targets == 0 || number != targets) {
      throw new IllegalArgumentException(
          "%s must be as many as the %d targets, at least 1, were %d"
              .formatted(what, targets, number));
    }
  }
}
