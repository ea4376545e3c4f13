package io.evomoe.models.text.source;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import org.jspecify.annotations.Nullable;

/** The format of data files. */
public record DataForm(
    @Field(
            doc =
                "format of files without a known file name extension: `text`, `markdown`, `jsonl`, "
                    + "`csv`, `tsv`, `parquet` or an installed `RecordFormat`; null to read files "
                    + "without an extension as plain text and reject other extensions")
        @Nullable RecordFormat format,
    @Field(doc = "field or column with the text, also of classified texts", initial = "text")
        String textField,
    @Field(doc = "field or column with the class of a text", initial = "label") String labelField,
    @Field(doc = "field or column with the source sentence of a pair", initial = "source")
        String sourceField,
    @Field(doc = "field or column with the translation", initial = "target") String targetField,
    @Field(
            doc = "whether unreadable lines are skipped and counted instead of rejected",
            initial = "false")
        boolean skipBadLines) {

  /** Fields {@code text}, {@code label}, {@code source} and {@code target}; no line is skipped. */
  public static final DataForm DEFAULT = Fields.defaults(DataForm.class);

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
}
