package io.evomoe.models.metrics;

/**
 * Prediction quality of one class.
 *
 * @param examples examples of the class
 * @param predicted examples with this prediction
 * @param right examples of the class with this prediction
 */
public record ClassMeasure(int examples, int predicted, int right) {

  /** Returns the precision, in 0..1; NaN if the class was never predicted. */
  public double precision() {
    return ratio(right, predicted);
  }

  /** Returns the recall, in 0..1; NaN if no example has the class. */
  public double recall() {
    return ratio(right, examples);
  }

  /**
   * Returns F1, 2 TP / (2 TP + FP + FN), in 0..1; NaN if the class is in neither predictions nor
   * labels.
   */
  public double f1() {
    return ratio(2L * right, (long) examples + predicted);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}
