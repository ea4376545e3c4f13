package io.evomoe.models.text.classes;

import io.evomoe.models.text.TabbedLines;
import io.evomoe.models.text.TextCorpus;
import java.nio.file.Path;
import java.util.List;

/**
 * Texts with a class each.
 *
 * @param name where they come from, for messages
 * @param examples at least one
 */
public record ClassifiedCorpus(String name, List<ClassifiedText> examples) {

  /** Checks that there are texts, and keeps them unmodifiable. */
  public ClassifiedCorpus {
    examples = List.copyOf(examples);
    if (examples.isEmpty()) {
      throw new IllegalArgumentException(name + " must hold classified texts, has none");
    }
  }

  /**
   * Reads a UTF-8 file of lines {@code class TAB text}, unpacked when its name ends in {@code .gz}.
   * Blank lines are skipped.
   *
   * @throws IllegalArgumentException when the file cannot be read as UTF-8, or a line has no TAB,
   *     more than one, or one empty side; the message names file and line
   */
  public static ClassifiedCorpus read(Path file) {
    return new ClassifiedCorpus(
        "class file " + file,
        TabbedLines.read(file, "class file", "class", "text").stream()
            .map(line -> new ClassifiedText(line.left(), line.right(), line.number()))
            .toList());
  }

  /** Number of texts. */
  public int size() {
    return examples.size();
  }

  /** The labels that occur. */
  public Labels labels() {
    return Labels.of(examples.stream().map(ClassifiedText::label).toList());
  }

  /**
   * Number of every text's label.
   *
   * @param known the labels of training
   * @throws IllegalArgumentException when a label is none of them; the message names label and line
   */
  public int[] labelIds(Labels known) {
    return examples.stream().mapToInt(example -> labelId(example, known)).toArray();
  }

  /** The texts without their classes, each a document. */
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
