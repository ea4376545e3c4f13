package io.evomoe.training;

import io.evomoe.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean squared error of predictions, for the {@link Loss} of a regression.
 *
 * @param value {@code mean((prediction - target)^2)}
 * @param gradient of the value with respect to the predictions, {@code 2 (prediction - target) / n}
 */
public record MeanSquaredError(double value, INDArray gradient) {

  /**
   * Computes the error and its gradient.
   *
   * @param predictions [n, 1]
   * @param targets n values, at least one
   */
  public static MeanSquaredError of(Kernels kernels, INDArray predictions, double[] targets) {
    if (targets.length == 0 || predictions.length() != targets.length) {
      throw new IllegalArgumentException(
          "predictions must be as many as the %d targets, at least 1, were %d"
              .formatted(targets.length, predictions.length()));
    }
    double[] gradient = kernels.read(predictions);
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      double error = gradient[i] - targets[i];
      sum += error * error;
      gradient[i] = 2 * error / targets.length;
    }
    return new MeanSquaredError(sum / targets.length, kernels.write(gradient, predictions.shape()));
  }
}
