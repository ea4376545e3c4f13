package io.evomoe.models.text.source;

import org.jspecify.annotations.Nullable;

/**
 * The format of data files.
 *
 * @param format format of files without a known file name extension: {@code text}, {@code
 *     markdown}, {@code jsonl}, {@code csv}, {@code tsv}, {@code parquet}, or an installed {@link
 *     RecordFormat}; null to read files without an extension as plain text and reject other
 *     extensions
 * @param textField field or column with the text, also of classified texts
 * @param labelField field or column with the class of a text
 * @param sourceField field or column with the source sentence of a pair
 * @param targetField field or column with the translation
 * @param skipBadLines whether unreadable lines are skipped and counted instead of rejected
 */
public record DataForm(
    @Nullable RecordFormat format,
    String textField,
    String labelField,
    String sourceField,
    String targetField,
    boolean skipBadLines) {

  /** Fields {@code text}, {@code label}, {@code source} and {@code target}; no line is skipped. */
  public static final DataForm DEFAULT =
      new DataForm(null, "text", "label", "source", "target", false);

  /**
   * The format of version 0.1.0, for runs of that version: a file with any other extension is text.
   */
  public static final DataForm EARLIER = DEFAULT.withFormat(FileForm.TEXT);

  /** Rejects blank names, and names that are used twice. */
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

  private DataForm withFormat(RecordFormat form) {
    return new DataForm(form, textField, labelField, sourceField, targetField, skipBadLines);
  }
}
