package io.evomoe.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A step of AdamW and its arrays, which have the same shape.
 *
 * @param value changed in place
 * @param gradient only read
 * @param moment1 changed in place
 * @param moment2 changed in place
 */
public record AdamWUpdate(
    INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, Step step) {

  /**
   * One step (Loshchilov and Hutter, "Decoupled weight decay regularisation", algorithm 2).
   *
   * @param learningRate step size of this update
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param weightDecay decoupled decay, multiplied by the learning rate
   * @param gradientScale factor on the gradient as it is read (clipping, accumulation)
   * @param update number of this update, from 1, for bias correction
   */
  public record Step(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double gradientScale,
      long update) {

    /** Returns {@code 1 - beta1^update}. */
    public double correction1() {
      return 1 - Math.pow(beta1, (double) update);
    }

    /** Returns {@code 1 - beta2^update}. */
    public double correction2() {
      return 1 - Math.pow(beta2, (double) update);
    }
  }
}
