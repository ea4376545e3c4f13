package io.evomoe.run.internal.task;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;

/** The parts of data: for training, validation and test. */
public final class Parts {
  private Parts() {}

  /**
   * Opens all sources. A folder that has a split of its own keeps it.
   *
   * @param rule how the others are divided
   * @param open opens one of them
   */
  public static <S> S joined(
      List<Path> sources, HeldOut rule, BiFunction<Path, HeldOut, S> open, BinaryOperator<S> join) {
    requireUse(sources, rule);
    return sources.stream()
        .map(path -> open.apply(path, SplitFolder.isOne(path) ? HeldOut.DEFAULT : rule))
        .reduce(join)
        .orElseThrow();
  }

  /** Rejects shares if all sources have a split of their own. */
  public static void requireUse(List<Path> sources, HeldOut rule) {
    if (sources.stream().allMatch(SplitFolder::isOne)) {
      rule.requireUnasked(sources);
    }
  }

  /**
   * Returns one part.
   *
   * @param field that names the part, for messages
   * @param source name of the data, for messages
   */
  public static <T> T of(
      String field, String name, T train, T valid, Optional<? extends T> test, Object source) {
    return switch (name) {
      case "train" -> train;
      case "valid" -> valid;
      case "test" -> {
        if (test.isEmpty()) {
          throw new IllegalArgumentException(
              "%s must be train or valid, was test: %s has no test part".formatted(field, source));
        }
        yield test.get();
      }
      default ->
          throw new IllegalArgumentException(
              "%s must be one of train, valid and test, was %s".formatted(field, name));
    };
  }

  /** Returns a part of a folder that has a split of its own, otherwise all data. */
  public static DataSource measured(Path path, String part, RecordKind kind, DataForm form) {
    return SplitFolder.isOne(path)
        ? DataSource.file(SplitFolder.of(path, kind).require(part), kind, form)
        : DataSource.of(path, kind, form);
  }
}
