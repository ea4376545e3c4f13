package io.evomoe.models.metrics;

import java.util.Arrays;

/** How often the examples of each class were named each class. */
public final class Confusion {
  private final int[][] counts;
  private final Classification all;

  private Confusion(int[][] counts, Classification all) {
    this.counts = counts;
    this.all = all;
  }

  /**
   * Compares predictions with the truth.
   *
   * @param predicted class of each example, from 0 to below {@code classes}
   * @param labels the right class of each, in the same bounds
   * @param classes number of classes, at least 1
   * @throws IllegalArgumentException if there is no example, not one label for each prediction, or
   *     a class out of its bounds
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

  /** The examples all together. */
  public Classification all() {
    return all;
  }

  /** Number of classes. */
  public int classes() {
    return counts.length;
  }

  /** How many examples of class {@code label} were named {@code predicted}. */
  public int count(int label, int predicted) {
    return counts[label][predicted];
  }

  /** The examples that are of a class, or were said to be. */
  public ClassMeasure of(int label) {
    int named = Arrays.stream(counts).mapToInt(row -> row[label]).sum();
    return new ClassMeasure(Arrays.stream(counts[label]).sum(), named, counts[label][label]);
  }
}
