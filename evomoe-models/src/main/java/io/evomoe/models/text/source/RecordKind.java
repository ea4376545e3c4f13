package io.evomoe.models.text.source;

import java.util.List;
import java.util.Locale;

/** The content of a record. */
public enum RecordKind {
  /** A text. */
  DOCUMENT("text file", "document"),
  /** A class and a text. */
  CLASS("class file", "text"),
  /** A sentence and its translation. */
  PAIR("pair file", "pair"),
  /** Messages of a conversation, or a prompt and its completion. */
  CHAT("chat file", "conversation");

  private final String file;
  private final String unit;

  RecordKind(String file, String unit) {
    this.file = file;
    this.unit = unit;
  }

  /** Returns a description of a file, for messages. */
  String file(Object path) {
    return file + " " + path;
  }

  /** Returns the plural, for the user. */
  String units() {
    return unit + "s";
  }

  /** Returns this number of records, for the user. */
  String counted(long count) {
    return counted(count, unit);
  }

  /** Returns this number of things, for the user. */
  static String counted(long count, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", count, thing, count == 1 ? "" : "s");
  }

  /** Returns the names of the fields, in the order of columns without names. */
  List<String> fields(DataForm form) {
    return switch (this) {
      case DOCUMENT -> List.of(form.textField());
      case CLASS -> List.of(form.labelField(), form.textField());
      case PAIR -> List.of(form.sourceField(), form.targetField());
      case CHAT -> List.of("prompt", "completion");
    };
  }

  /** Returns a description of fields, for the user. */
  static String named(String what, List<String> fields) {
    return what + (fields.size() == 1 ? " " : "s ") + String.join(" and ", fields);
  }

  /** Whether a field may be a number or a boolean as well, which holds for classes. */
  boolean isName(int field) {
    return this == CLASS && field == 0;
  }

  /**
   * Whether lines of two columns without names are allowed, because no field names were configured.
   */
  boolean mayBeUnnamed(DataForm form) {
    return this != CHAT && fields(form).equals(fields(DataForm.DEFAULT));
  }

  /** Returns the two columns of lines without names; for documents, those of classified texts. */
  List<String> columns() {
    return this == PAIR ? List.of("source", "target") : List.of("class", "text");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
