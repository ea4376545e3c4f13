package io.evomoe.models.text.source;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The format of data files, and the files of a folder that are read. */
@RecordBuilder
public record DataForm(
    @Field(
            doc =
                "format of files without a known file name extension: `text`, `markdown`, `jsonl`, "
                    + "`csv`, `tsv`, `parquet` or an installed `RecordFormat`; null to read files "
                    + "without an extension as plain text and reject other extensions")
        @Nullable RecordFormat format,
    @Field(
            doc =
                "unit of plain text and Markdown that is a document: `file` (a form feed in plain "
                    + "text starts another one), `paragraph` (text between blank lines), `line`, or "
                    + "`separator:REGEX` (text between lines that match the regular expression)",
            initial = DocumentRule.FILE)
        String documents,
    @Field(
            doc =
                "files of a folder to read, as glob patterns of their paths in the folder, e.g. "
                    + "`**/*.java`; matching files of unknown extensions are read as plain text; "
                    + "empty for all files with known extensions",
            initial = "[]")
        List<String> include,
    @Field(doc = "files of a folder to skip, as glob patterns", initial = "[]")
        List<String> exclude,
    @Field(doc = "field or column with the text, also of classified texts", initial = "text")
        String textField,
    @Field(doc = "field or column with the class of a text", initial = "label") String labelField,
    @Field(doc = "field or column with the source sentence of a pair", initial = "source")
        String sourceField,
    @Field(doc = "field or column with the translation", initial = "target") String targetField,
    @Field(
            doc = "whether unreadable lines are skipped and counted instead of rejected",
            initial = "false")
        boolean skipBadLines)
    implements DataFormBuilder.With {

  /** Fields {@code text}, {@code label}, {@code source} and {@code target}; no line is skipped. */
  public static final DataForm DEFAULT = Fields.defaults(DataForm.class);

  /** The form of the project's own data: text between blank lines is a document. */
  public static final DataForm PARAGRAPHS =
      DEFAULT.with(form -> form.documents(DocumentRule.PARAGRAPH));

  /**
   * Rejects blank names, names that are used twice, an unknown unit of documents, and patterns that
   * are none.
   */
  public DataForm {
    DocumentRule.of(documents);
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    FolderFiles.matchers("include", include);
    FolderFiles.matchers("exclude", exclude);
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
