package io.evomoe.models.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Prediction quality over all classes.
 *
 * @param examples number of examples
 * @param accuracy share of correct predictions, in 0..1
 * @param macroF1 mean F1 of the classes, in 0..1. F1 = 2 TP / (2 TP + FP + FN). A class in either
 *     the predictions or the labels counts, with 0 if it is in only one of them; a class in neither
 *     does not count (scikit-learn's {@code f1_score(average="macro", zero_division=0)})
 */
public record Classification(int examples, double accuracy, double macroF1) {

  /**
   * Compares predictions with labels.
   *
   * @param predicted class of each example, at least 0
   * @param labels true class of each example, at least 0
   * @throws IllegalArgumentException if there is no example, not one label for each prediction, or
   *     a negative class
   */
  public static Classification of(int[] predicted, int[] labels) {
    if (predicted.length != labels.length) {
      throw new IllegalArgumentException(
          "predictions must be as many as labels (%d), were %d"
              .formatted(labels.length, predicted.length));
    }
    check("labels", labels);
    check("predictions", predicted);
    int right =
        (int) IntStream.range(0, labels.length).filter(i -> predicted[i] == labels[i]).count();
    return new Classification(
        labels.length, (double) right / labels.length, macroF1(predicted, labels));
  }

  /**
   * Returns the majority-class baseline: it always predicts the most frequent class of the training
   * examples; the lowest if several are equally frequent.
   *
   * @param training classes of the training examples, at least 0
   * @param labels true classes of the measured examples, at least 0
   * @throws IllegalArgumentException if either is empty or has a negative class
   */
  public static Classification majority(int[] training, int[] labels) {
    check("training labels", training);
    int[] counts = new int[Arrays.stream(training).max().orElseThrow() + 1];
    int most = 0;
    for (int label : training) {
      counts[label]++;
    }
    for (int c = 1; c < counts.length; c++) {
      most = counts[c] > counts[most] ? c : most;
    }
    int[] predicted = new int[labels.length];
    Arrays.fill(predicted, most);
    return of(predicted, labels);
  }

  /**
   * TP + FP + TP + FN of a class is its number of occurrences in predictions and labels together.
   */
  private static double macroF1(int[] predicted, int[] labels) {
    Map<Integer, Integer> occurrences = new HashMap<>();
    Map<Integer, Integer> right = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      occurrences.merge(predicted[i], 1, Integer::sum);
      occurrences.merge(labels[i], 1, Integer::sum);
      right.merge(labels[i], predicted[i] == labels[i] ? 1 : 0, Integer::sum);
    }
    return occurrences.entrySet().stream()
        .mapToDouble(of -> 2.0 * right.getOrDefault(of.getKey(), 0) / of.getValue())
        .average()
        .orElseThrow();
  }

  private static void check(String what, int[] classes) {
    if (classes.length == 0) {
      throw new IllegalArgumentException(what + " must be at least 1, were 0");
    }
    for (int c : classes) {
      if (c < 0) {
        throw new IllegalArgumentException(what + " must be classes of at least 0, held " + c);
      }
    }
  }
}
