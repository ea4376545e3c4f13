package io.evomoe.nn;

/**
 * Standard deviations of initial weights, all drawn from a normal distribution.
 *
 * @param deviation of weight matrices and embeddings
 * @param residualDeviation of the matrices that write into the residual stream
 */
public record Initialization(double deviation, double residualDeviation) {

  /**
   * GPT-2's: 0.02, and 0.02 / sqrt(2 layers) into the residual stream, so that its variance does
   * not grow with depth (Radford et al. 2019, section 2.3).
   */
  public static Initialization gpt2(int layers) {
    return new Initialization(0.02, 0.02 / Math.sqrt(2.0 * layers));
  }
}
