package io.evomoe.models.metrics;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The number of examples by true class and predicted class. */
public final class Confusion {
  private final int[][] counts;

  private Confusion(int[][] counts) {
    this.counts = counts;
  }

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

  /**
   * Compares predictions with labels.
   *
   * @param predicted class of each example, from 0 to below {@code classes}
   * @param labels true class of each example, in the same bounds
   * @param classes number of classes, at least 1
   * @throws IllegalArgumentException if there is no example, not one label for each prediction, or
   *     a class out of bounds
   */
  public static Confusion of(int[] predicted, int[] labels, int classes) {
    if (predicted.length != labels.length) {
      throw new IllegalArgumentException(
          "predictions must be as many as labels (%d), were %d"
              .formatted(labels.length, predicted.length));
    }
    requireClasses(classes, "labels", labels);
    requireClasses(classes, "predictions", predicted);
    int[][] counts = new int[classes][classes];
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]][predicted[i]]++;
    }
    return new Confusion(counts);
  }

  /**
   * Returns the majority-class baseline: it always predicts the most frequent class of the training
   * examples; the lowest if several are equally frequent.
   *
   * @param training classes of the training examples, from 0 to below {@code classes}
   * @param labels true classes of the measured examples, in the same bounds
   * @param classes number of classes, at least 1
   * @throws IllegalArgumentException if there is no example, or a class out of bounds
   */
  public static Confusion majority(int[] training, int[] labels, int classes) {
    requireClasses(classes, "training labels", training);
    int[] counts = new int[classes];
    for (int label : training) {
      counts[label]++;
    }
    int most = 0;
    for (int c = 1; c < classes; c++) {
      most = counts[c] > counts[most] ? c : most;
    }
    int[] predicted = new int[labels.length];
    Arrays.fill(predicted, most);
    return of(predicted, labels, classes);
  }

  private static void requireClasses(int classes, String what, int[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException(what + " must be at least 1, were 0");
    }
    for (int value : values) {
      if (value < 0 || value >= classes) {
        throw new IllegalArgumentException(
            "%s must be classes in 0..%d, held %d".formatted(what, classes - 1, value));
      }
    }
  }

  /** Returns the number of classes. */
  public int classes() {
    return counts.length;
  }

  /** Returns the number of examples of class {@code label} with prediction {@code predicted}. */
  public int count(int label, int predicted) {
    return counts[label][predicted];
  }

  /** Returns the quality of one class. */
  public ClassMeasure of(int label) {
    int named = Arrays.stream(counts).mapToInt(row -> row[label]).sum();
    return new ClassMeasure(Arrays.stream(counts[label]).sum(), named, counts[label][label]);
  }

  /** Returns the number of examples. */
  public int examples() {
    return Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
  }

  /** Returns the share of correct predictions, in 0..1. */
  public double accuracy() {
    return (double) IntStream.range(0, classes()).map(c -> counts[c][c]).sum() / examples();
  }

  /**
   * Returns the mean F1 of the classes, in 0..1. A class in either the predictions or the labels
   * counts, with 0 if it is in only one of them; a class in neither does not count (scikit-learn's
   * {@code f1_score(average="macro", zero_division=0)}).
   */
  public double macroF1() {
    return IntStream.range(0, classes())
        .mapToDouble(c -> of(c).f1())
        .filter(f1 -> !Double.isNaN(f1))
        .average()
        .orElseThrow();
  }
}
