package io.evomoe.run.record;

import io.evomoe.models.metrics.ClassMeasure;
import io.evomoe.models.metrics.Confusion;
import java.util.List;

/**
 * What a classifier named texts whose classes are known.
 *
 * @param texts name of the texts, for people
 * @param labels the classes, in the order of their numbers in {@code confusion}
 * @param confusion how often the texts of each class were named each class
 */
public record ClassEvaluation(String texts, List<String> labels, Confusion confusion) {

  /** Keeps the labels unmodifiable, and refuses a confusion of another number of classes. */
  public ClassEvaluation {
    labels = List.copyOf(labels);
    if (labels.size() != confusion.classes()) {
      throw new IllegalArgumentException(
          "labels must be as many as classes (%d), were %d"
              .formatted(confusion.classes(), labels.size()));
    }
  }

  /**
   * How well one class is named.
   *
   * @param label one of {@link #labels}
   * @throws IllegalArgumentException if it is none of them
   */
  public ClassMeasure of(String label) {
    int number = labels.indexOf(label);
    if (number < 0) {
      throw new IllegalArgumentException(
          "label must be one of the %d classes, was %s".formatted(labels.size(), label));
    }
    return confusion.of(number);
  }

  /** Share of the texts that were named right, in 0..1. */
  public double accuracy() {
    return confusion.all().accuracy();
  }

  /** Mean F1 of the classes that occur, in 0..1. */
  public double macroF1() {
    return confusion.all().macroF1();
  }
}
