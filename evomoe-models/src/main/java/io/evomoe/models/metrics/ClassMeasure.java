package io.evomoe.models.metrics;

/**
 * How well one class was predicted.
 *
 * @param examples number of those that are of the class
 * @param predicted number of those that were said to be
 * @param right number of those that are both
 */
public record ClassMeasure(int examples, int predicted, int right) {

  /** Share of what was said to be of the class that is, in 0..1; NaN where nothing was. */
  public double precision() {
    return ratio(right, predicted);
  }

  /** Share of the class that was said to be, in 0..1; NaN where nothing is of it. */
  public double recall() {
    return ratio(right, examples);
  }

  /** Harmonic mean of both, 2 TP / (2 TP + FP + FN), in 0..1; NaN where the class is in neither. */
  public double f1() {
    return ratio(2L * right, (long) examples + predicted);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}
