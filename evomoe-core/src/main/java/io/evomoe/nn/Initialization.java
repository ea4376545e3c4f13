package io.evomoe.nn;

/**
 * Standard deviations of initial weights, all drawn from a normal distribution.
 *
 * @param deviation for weight matrices and embeddings
 * @param residualDeviation for matrices that write into the residual stream
 */
public record Initialization(double deviation, double residualDeviation) {

  /**
   * Returns GPT-2's initialisation for any hidden size: 0.02 at 768, proportional to 1 /
   * sqrt(width). So activations start at the same scale for every size. Matrices that write into
   * the residual stream have it divided by sqrt(2 layers), so its variance does not grow with depth
   * (Radford et al. 2019, section 2.3).
   */
  public static Initialization gpt2(int layers, int width) {
    double deviation = 0.02 * Math.sqrt(768.0 / width);
    return new Initialization(deviation, deviation / Math.sqrt(2.0 * layers));
  }

  /** Returns a copy with zeros for matrices that write into the residual stream. */
  public Initialization silent() {
    return new Initialization(deviation, 0);
  }
}
