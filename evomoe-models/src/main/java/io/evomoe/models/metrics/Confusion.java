package io.evomoe.models.metrics;

import java.util.Arrays;

/** The number of examples by true class and predicted class. */
public final class Confusion {
  private final int[][] counts;
  private final Classification all;

  private Confusion(int[][] counts, Classification all) {
    this.counts = counts;
    this.all = all;
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
    Classification all = Classification.of(predicted, labels);
    requireBelow(classes, "predictions", predicted);
    requireBelow(classes, "labels", labels);
    int[][] counts = new int[classes][classes];
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]][predicted[i]]++;
    }
    return new Confusion(counts, all);
  }

  private static void requireBelow(int classes, String what, int[] values) {
    for (int value : values) {
      if (value >= classes) {
        throw new IllegalArgumentException(
            "%s must be below %d (classes), held %d".formatted(what, classes, value));
      }
    }
  }

  /** Returns the quality over all classes. */
  public Classification all() {
    return all;
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
}
