package io.evomoe.models.text;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * Data for training, validation and test.
 *
 * @param train training set, also used to train the tokenizer
 * @param valid validation set
 * @param test test set, if there is one
 * @param <T> a set
 */
public record Split<T>(T train, T valid, Optional<T> test) {
  /** Creates a split without a test set. */
  public Split(T train, T valid) {
    this(train, valid, Optional.empty());
  }

  /**
   * Opens files and folders, and joins them set by set. A folder that has a split of its own
   * ({@link DataSource#isDivided}) keeps it.
   *
   * @param paths at least one
   * @param kind content of the records
   * @param form format of the files
   * @param rule divides the others
   * @param read reads a file or folder
   * @param divide divides what was read by the rule
   * @param join joins two sets
   * @throws IllegalArgumentException as well if all paths have a split and {@code rule} is not the
   *     default
   */
  public static <T> Split<T> open(
      List<Path> paths,
      RecordKind kind,
      DataForm form,
      HeldOut rule,
      Function<DataSource, T> read,
      BiFunction<T, HeldOut, Split<T>> divide,
      BinaryOperator<T> join) {
    rule.requireUse(paths);
    return paths.stream()
        .map(
            path ->
                DataSource.isDivided(path)
                    ? ofFolder(path, kind, form).map(read)
                    : divide.apply(read.apply(DataSource.of(path, kind, form)), rule))
        .reduce((one, other) -> one.join(other, join))
        .orElseThrow();
  }

  private static Split<DataSource> ofFolder(Path folder, RecordKind kind, DataForm form) {
    return new Split<>(
        DataSource.part(folder, "train", kind, form),
        DataSource.part(folder, "valid", kind, form),
        DataSource.findPart(folder, "test", kind, form));
  }

  /**
   * Opens data to measure on.
   *
   * @param part set of a folder that has a split of its own; of other data, all is read
   */
  public static DataSource measured(Path path, String part, RecordKind kind, DataForm form) {
    return DataSource.isDivided(path)
        ? DataSource.part(path, part, kind, form)
        : DataSource.of(path, kind, form);
  }

  /** Returns the split with something else for each set. */
  public <R> Split<R> map(Function<T, R> change) {
    return new Split<>(change.apply(train), change.apply(valid), test.map(change));
  }

  /**
   * Returns the split with something else for each set.
   *
   * @param change receives the name of a set, such as {@code test part of NAME}
   */
  public <R> Split<R> map(String name, BiFunction<String, T, R> change) {
    return new Split<>(
        change.apply("training part of " + name, train),
        change.apply("validation part of " + name, valid),
        test.map(set -> change.apply("test part of " + name, set)));
  }

  /** Joins both set by set, with this one's first. */
  public Split<T> join(Split<T> other, BinaryOperator<T> join) {
    Optional<T> both =
        test.flatMap(mine -> other.test.map(its -> join.apply(mine, its)))
            .or(() -> test)
            .or(() -> other.test);
    return new Split<>(join.apply(train, other.train), join.apply(valid, other.valid), both);
  }

  /**
   * Returns one set.
   *
   * @param field that names the set, for messages
   * @param name {@code train}, {@code valid} or {@code test}
   * @param source name of the data, for messages
   */
  public T part(String field, String name, Object source) {
    return switch (name) {
      case "train" -> train;
      case "valid" -> valid;
      case "test" ->
          test.orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "%s must be train or valid, was test: %s has no test part"
                          .formatted(field, source)));
      default ->
          throw new IllegalArgumentException(
              "%s must be one of train, valid and test, was %s".formatted(field, name));
    };
  }
}
