package io.evomoe.models.text.classes;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Texts with a class each.
 *
 * @param name name of their source, for messages
 * @param examples at least one
 */
public record ClassifiedCorpus(String name, List<ClassifiedText> examples) {

  /**
   * Checks that there are texts, and keeps them unmodifiable.
   *
   * @throws IllegalArgumentException if there is none, or a label has a TAB or a line end, which no
   *     line could contain; the message names the line
   */
  public ClassifiedCorpus {
    examples = List.copyOf(examples);
    if (examples.isEmpty()) {
      throw new IllegalArgumentException(name + " must hold classified texts, has none");
    }
    for (ClassifiedText example : examples) {
      if (example.label().chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "%s, line %d: label must be on one line and without TABs, was '%s'"
                .formatted(name, example.line(), example.label().replaceAll("\\p{Cntrl}", "?")));
      }
    }
  }

  /** Reads a file in the default format, as {@link #read(DataSource, Consumer)}. */
  public static ClassifiedCorpus read(Path file) {
    return read(DataSource.file(file, RecordKind.CLASS, DataForm.DEFAULT), note -> {});
  }

  /**
   * Reads texts and their classes: two fields of records, or lines {@code class TAB text}.
   *
   * @param said receives the detected format
   * @throws IllegalArgumentException if a file cannot be read, or a record does not have both; the
   *     message names file and line
   */
  public static ClassifiedCorpus read(DataSource source, Consumer<String> said) {
    List<ClassifiedText> texts = new ArrayList<>();
    said.accept(
        source
            .records(
                record ->
                    texts.add(
                        new ClassifiedText(
                            record.values().get(0),
                            record.values().get(1),
                            Math.toIntExact(record.line()))))
            .text());
    return new ClassifiedCorpus(source.name(), texts);
  }

  /** Opens a file or folder as {@link #open(List, HeldOut, DataForm, Consumer)} does. */
  public static Split<ClassifiedCorpus> open(Path path) {
    return open(List.of(path), HeldOut.DEFAULT, DataForm.DEFAULT, note -> {});
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
  public static Split<ClassifiedCorpus> open(
      List<Path> paths, HeldOut rule, DataForm form, Consumer<String> said) {
    Split<ClassifiedCorpus> split =
        Split.open(
            paths,
            RecordKind.CLASS,
            form,
            rule,
            source -> read(source, said),
            ClassifiedCorpus::divide,
            ClassifiedCorpus::join);
    Labels known = split.train().labels();
    split.valid().labelIds(known);
    split.test().ifPresent(texts -> texts.labelIds(known));
    return split;
  }

  /**
   * Divides the texts, each class separately. Equal texts are in the same set, and one text of each
   * class stays in training.
   *
   * @throws IllegalArgumentException if there are too few texts for each set to have one
   */
  public Split<ClassifiedCorpus> divide(HeldOut rule) {
    // An equal text of two classes belongs to both.
    Map<String, Set<String>> classes = new HashMap<>();
    for (ClassifiedText example : examples) {
      classes.computeIfAbsent(example.text(), text -> new TreeSet<>()).add(example.label());
    }
    return rule.divide(
            name,
            examples,
            example -> HeldOut.Unit.of(example.text(), String.valueOf(classes.get(example.text()))))
        .map(name, ClassifiedCorpus::new);
  }

  /** Returns the texts of both, this one's first. */
  ClassifiedCorpus join(ClassifiedCorpus other) {
    return new ClassifiedCorpus(
        name + " and " + other.name,
        Stream.concat(examples.stream(), other.examples.stream()).toList());
  }

  /** Returns the number of texts. */
  public int size() {
    return examples.size();
  }

  /** Returns the labels that occur. */
  public Labels labels() {
    return Labels.of(examples.stream().map(ClassifiedText::label).toList());
  }

  /**
   * Returns the number of every text's label.
   *
   * @param known the labels of the training set
   * @throws IllegalArgumentException if a label is not one of them; the message names label and
   *     line
   */
  public int[] labelIds(Labels known) {
    return examples.stream().mapToInt(example -> labelId(example, known)).toArray();
  }

  /** Returns the texts without their classes, each as a document. */
  public TextCorpus texts() {
    return new TextCorpus(name, examples.stream().map(ClassifiedText::text).toList());
  }

  private int labelId(ClassifiedText example, Labels known) {
    return known
        .index(example.label())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s, line %d: label must be one of the %d of training, was %s"
                        .formatted(name, example.line(), known.size(), example.label())));
  }
}
