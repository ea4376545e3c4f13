package io.evomoe.run.data;

import io.evomoe.models.text.HeldOut;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Examples for training and validation, in memory.
 *
 * @param train training set, at least one
 * @param valid validation set, at least one
 * @param <T> an example
 */
public record Split<T>(List<T> train, List<T> valid) {

  /** Keeps the lists unmodifiable, and rejects an empty one. */
  public Split {
    train = List.copyOf(train);
    valid = List.copyOf(valid);
    if (train.isEmpty() || valid.isEmpty()) {
      throw new IllegalArgumentException(
          "data must have training and validation rows, has %d and %d"
              .formatted(train.size(), valid.size()));
    }
  }

  /** Returns the split with other examples, one for each. */
  public <R> Split<R> map(Function<T, R> change) {
    return new Split<>(train.stream().map(change).toList(), valid.stream().map(change).toList());
  }

  /** Divides rows by a rule; equal rows are in the same set. */
  static Split<List<String>> of(List<List<String>> rows, HeldOut rule) {
    HeldOut.Sides sides =
        rule.divide(rows.stream().map(row -> HeldOut.Unit.of(key(row), "", key(row))).toList());
    List<List<String>> train = new ArrayList<>();
    List<List<String>> valid = new ArrayList<>();
    for (List<String> row : rows) {
      if (sides.isTrain(key(row))) {
        train.add(row);
      } else if (sides.valid().contains(key(row))) {
        valid.add(row);
      }
    }
    return new Split<>(train, valid);
  }

  private static String key(List<String> row) {
    return String.join("\t", row);
  }
}
