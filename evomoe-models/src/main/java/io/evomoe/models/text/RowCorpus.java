package io.evomoe.models.text;

import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DataSource.Row;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows of two texts: sentences with their translations, or texts with a class each.
 *
 * @param kind {@link RecordKind#PAIR} with source and target, or {@link RecordKind#CLASS} with
 *     label and text
 * @param name name of their source, for messages
 * @param rows at least one
 */
public record RowCorpus(RecordKind kind, String name, List<Row> rows) {

  /**
   * Checks that there are rows, and keeps them unmodifiable.
   *
   * @throws IllegalArgumentException if there is none, or one has not two values, or a value is
   *     blank, or a label has a TAB or a line end, which no line could contain; the message names
   *     the line
   */
  public RowCorpus {
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException(name + " must hold " + kind + " rows, has none");
    }
    for (Row row : rows) {
      if (row.values().size() != 2) {
        throw new IllegalArgumentException(
            "%s, line %d: a row must have 2 values, has %d"
                .formatted(name, row.line(), row.values().size()));
      }
      String first = row.values().get(0);
      if (row.values().stream().anyMatch(String::isBlank)) {
        throw new IllegalArgumentException(
            "%s, line %d: no value of a row must be blank, were '%s'"
                .formatted(name, row.line(), String.join("' and '", row.values())));
      }
      if (kind == RecordKind.CLASS && first.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "%s, line %d: label must be on one line and without TABs, was '%s'"
                .formatted(name, row.line(), Excerpt.of(first)));
      }
    }
  }

  /** Creates a corpus of rows in memory, which are numbered from 1. */
  public static RowCorpus of(RecordKind kind, String name, List<List<String>> rows) {
    return new RowCorpus(
        kind,
        name,
        IntStream.range(0, rows.size()).mapToObj(i -> new Row(i + 1, rows.get(i))).toList());
  }

  /** Reads a file in the default format, as {@link #read(DataSource, Consumer)}. */
  public static RowCorpus read(RecordKind kind, Path file) {
    return read(DataSource.file(file, kind, DataForm.DEFAULT), note -> {});
  }

  /**
   * Reads rows: two fields of records, or lines of two columns with a TAB between.
   *
   * @param said receives the detected format
   * @throws IllegalArgumentException if a file cannot be read, or a record does not have both
   *     values; the message names file and line
   */
  public static RowCorpus read(DataSource source, Consumer<String> said) {
    List<Row> rows = new ArrayList<>();
    said.accept(source.records(rows::add));
    return new RowCorpus(source.kind(), source.name(), rows);
  }

  /** Opens a file or folder with the default rule and format. */
  public static Split<RowCorpus> open(RecordKind kind, Path path) {
    return open(kind, List.of(path), HeldOut.DEFAULT, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens files and folders, one after another, and divides those without a split.
   *
   * @param paths at least one
   * @param rule divides files without a split
   * @param form format of the files
   * @param said receives one line for each file or folder with the detected format
   * @throws IllegalArgumentException as well if a set has a label that the training set does not
   *     have; the message names label and line
   */
  public static Split<RowCorpus> open(
      RecordKind kind, List<Path> paths, HeldOut rule, DataForm form, Consumer<String> said) {
    Split<RowCorpus> split =
        Split.open(
            paths,
            kind,
            form,
            rule,
            source -> read(source, said),
            RowCorpus::divide,
            RowCorpus::join);
    if (kind == RecordKind.CLASS) {
      List<String> known = split.train().labels();
      split.map(set -> set.labelIds(known));
    }
    return split;
  }

  /**
   * Divides the rows. Pairs with equal sources are in the same set, and so are equal texts. Each
   * class is divided separately, and one text of it stays in training.
   *
   * @throws IllegalArgumentException if there are too few texts for each set to have one
   */
  public Split<RowCorpus> divide(HeldOut rule) {
    boolean classes = kind == RecordKind.CLASS;
    // An equal text of two classes belongs to both.
    Map<Long, Set<String>> strata = new HashMap<>();
    if (classes) {
      rows.forEach(
          row ->
              strata
                  .computeIfAbsent(TextHash.of(row.values().get(1)), text -> new TreeSet<>())
                  .add(row.values().get(0)));
    }
    return rule.divide(
            name,
            rows,
            row -> {
              String text = row.values().get(classes ? 1 : 0);
              return Unit.of(text, classes ? String.valueOf(strata.get(TextHash.of(text))) : "");
            })
        .map(name, (part, set) -> new RowCorpus(kind, part, set));
  }

  /** Returns the rows of both, this one's first. */
  private RowCorpus join(RowCorpus other) {
    return new RowCorpus(
        kind,
        name + " and " + other.name,
        Stream.concat(rows.stream(), other.rows.stream()).toList());
  }

  /** Returns the number of rows. */
  public int size() {
    return rows.size();
  }

  /**
   * Returns the values of one column, in order.
   *
   * @param number 0 for sources or labels, 1 for targets or texts
   */
  public List<String> column(int number) {
    return rows.stream().map(row -> row.values().get(number)).toList();
  }

  /** Returns the labels that occur, in the order of their names, which numbers them. */
  public List<String> labels() {
    return column(0).stream().distinct().sorted().toList();
  }

  /**
   * Returns the number of every text's label.
   *
   * @param known the labels of the training set
   * @throws IllegalArgumentException if a label is not one of them; the message names label and
   *     line
   */
  public int[] labelIds(List<String> known) {
    Map<String, Integer> ids = new HashMap<>();
    known.forEach(label -> ids.put(label, ids.size()));
    return rows.stream().mapToInt(row -> labelId(row, ids)).toArray();
  }

  private int labelId(Row row, Map<String, Integer> known) {
    Integer id = known.get(row.values().get(0));
    if (id == null) {
      throw new IllegalArgumentException(
          "%s, line %d: label must be one of the %d of training, was %s"
              .formatted(name, row.line(), known.size(), row.values().get(0)));
    }
    return id;
  }

  /** Returns the text for a tokenizer: sources and then targets, or the texts of the classes. */
  public TextCorpus texts() {
    List<String> first = kind == RecordKind.CLASS ? List.of() : column(0);
    return new TextCorpus(name, Stream.concat(first.stream(), column(1).stream()).toList());
  }
}
