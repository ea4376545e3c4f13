package io.evomoe.nn;

/**
 * Standard deviations of initial weights, all drawn from a normal distribution.
 *
 * @param deviation of weight matrices and embeddings
 * @param residualDeviation of the matrices that write into the residual stream
 */
public record Initialization(double deviation, double residualDeviation) {

  /**
   * GPT-2's, carried over to other widths: 0.02 at width 768 and proportional to 1 / sqrt(width),
   * so that activations start at the same scale at every width; divided by sqrt(2 layers) into the
   * residual stream, so that its variance does not grow with depth (Radford et al. 2019, section
   * 2.3). A plain 0.02 leaves a narrow model on its first plateau for a hundred steps.
   */
  public static Initialization gpt2(int layers, int width) {
    double deviation = 0.02 * Math.sqrt(768.0 / width);
    return new Initialization(deviation, deviation / Math.sqrt(2.0 * layers));
  }

  /** The same, with zeros where something is written into the residual stream. */
  public Initialization silent() {
    return new Initialization(deviation, 0);
  }
}
