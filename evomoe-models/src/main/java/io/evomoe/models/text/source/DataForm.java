package io.evomoe.models.text.source;

import org.jspecify.annotations.Nullable;

/**
 * How files of data are read.
 *
 * @param format of files whose ending says none: {@code text}, {@code markdown}, {@code jsonl},
 *     {@code csv}, {@code tsv} or {@code parquet}; null for plain text where a name has no ending,
 *     and to refuse any other ending
 * @param textField field or column that holds the text, of a class too
 * @param labelField the one that holds the class of a text
 * @param sourceField the one that holds the sentence of a pair
 * @param targetField the one that holds its translation
 * @param skipBadLines whether lines that cannot be read are left out and counted, instead of
 *     refused
 */
public record DataForm(
    @Nullable FileForm format,
    String textField,
    String labelField,
    String sourceField,
    String targetField,
    boolean skipBadLines) {

  /** Fields {@code text}, {@code label}, {@code source} and {@code target}; nothing is left out. */
  public static final DataForm DEFAULT =
      new DataForm(null, "text", "label", "source", "target", false);

  /** What version 0.1.0 did, for the runs that it made: a file of any other ending is text. */
  public static final DataForm EARLIER = DEFAULT.withFormat(FileForm.TEXT);

  /** Refuses names that are blank, or that two things have. */
  public DataForm {
    requireName("textField", textField);
    requireName("labelField", labelField);
    requireName("sourceField", sourceField);
    requireName("targetField", targetField);
    requireOther("labelField", labelField, "textField", textField);
    requireOther("targetField", targetField, "sourceField", sourceField);
  }

  private static void requireName(String field, String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(field + " must not be blank, was '" + name + "'");
    }
  }

  private static void requireOther(String field, String name, String other, String itsName) {
    if (name.equals(itsName)) {
      throw new IllegalArgumentException(
          "%s must not be that of %s, was %s".formatted(field, other, name));
    }
  }

  private DataForm withFormat(FileForm form) {
    return new DataForm(form, textField, labelField, sourceField, targetField, skipBadLines);
  }
}
