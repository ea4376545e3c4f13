package io.evomoe.models.text.source;

import java.util.List;
import java.util.Locale;

/** What is read of a record. */
public enum RecordKind {
  /** A text. */
  DOCUMENT("text file", "document"),
  /** A class and a text. */
  CLASS("class file", "text"),
  /** A sentence and its translation. */
  PAIR("pair file", "pair");

  private final String file;
  private final String unit;

  RecordKind(String file, String unit) {
    this.file = file;
    this.unit = unit;
  }

  /** A file of them, for messages. */
  String file(Object path) {
    return file + " " + path;
  }

  /** Many of them, for people. */
  String units() {
    return unit + "s";
  }

  /** So many of them, for people. */
  String counted(long count) {
    return String.format(Locale.ROOT, "%,d %s%s", count, unit, count == 1 ? "" : "s");
  }

  /** Names of the fields, in the order in which columns without names have them. */
  List<String> fields(DataForm form) {
    return switch (this) {
      case DOCUMENT -> List.of(form.textField());
      case CLASS -> List.of(form.labelField(), form.textField());
      case PAIR -> List.of(form.sourceField(), form.targetField());
    };
  }

  /** Whether a field may be a number or a truth value as well: a class. */
  boolean isName(int field) {
    return this == CLASS && field == 0;
  }

  /** Whether lines of two columns without names are read: nobody named the fields. */
  boolean mayBeUnnamed(DataForm form) {
    return fields(form).equals(fields(DataForm.DEFAULT));
  }

  /** The two columns of lines that have no names; of documents, those of classified texts. */
  List<String> columns() {
    return this == PAIR ? List.of("source", "target") : List.of("class", "text");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
