package io.evomoe.run.record;

import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.metrics.Confusion.ClassMeasure;
import java.util.List;

/**
 * A classifier's predictions for texts with known classes.
 *
 * @param texts name of the texts, for the user
 * @param labels the classes, in the order of their numbers in {@code confusion}
 * @param confusion number of texts by true class and predicted class
 */
public record ClassEvaluation(String texts, List<String> labels, Confusion confusion) {

  /** Keeps the labels unmodifiable. */
  public ClassEvaluation {
    labels = List.copyOf(labels);
  }

  /**
   * Returns precision, recall and F1 of one class.
   *
   * @param label one of {@link #labels}
   * @throws IllegalArgumentException for any other label
   */
  public ClassMeasure of(String label) {
    int number = labels.indexOf(label);
    if (number < 0) {
      throw new IllegalArgumentException(
          "label must be one of the %d classes, was %s".formatted(labels.size(), label));
    }
    return confusion.of(number);
  }

  /** Returns the share of correct predictions, in 0..1. */
  public double accuracy() {
    return confusion.accuracy();
  }

  /** Returns the mean F1 of the classes that occur, in 0..1. */
  public double macroF1() {
    return confusion.macroF1();
  }
}
