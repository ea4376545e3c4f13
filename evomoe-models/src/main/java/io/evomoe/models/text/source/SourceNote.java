package io.evomoe.models.text.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The detected format of a source, with counts. */
final class SourceNote implements DocumentReader {
  private final DataSource source;
  private final DocumentReader reader;

  /** Number of files by description of the format. */
  private final Map<String, Integer> forms = new LinkedHashMap<>();

  private final List<String> leftOut = new ArrayList<>();
  private int documents;
  private long characters;
  private long records;
  private int empty;

  /** The unit that is a document, if there is plain text or Markdown. */
  private String unit = "";

  private boolean hasFormFeeds;

  /**
   * Creates a note.
   *
   * @param reader receives the documents, which are counted
   */
  SourceNote(DataSource source, DocumentReader reader) {
    this.source = source;
    this.reader = reader;
  }

  @Override
  public void part(String text) {
    characters += text.length();
    reader.part(text);
  }

  @Override
  public void end() {
    documents = Math.addExact(documents, 1);
    reader.end();
  }

  int documents() {
    return documents;
  }

  void add(String form) {
    forms.merge(form, 1, Integer::sum);
  }

  /**
   * Adds a file of plain text or Markdown.
   *
   * @param found number of its documents
   * @param rule that divides it into documents
   */
  void add(String form, int found, String rule) {
    add(form);
    hasFormFeeds |= found > 1 && rule.equals(DocumentRule.FILE);
    unit = DocumentRule.of(rule).unit();
  }

  void add(DataSource.SourceFile file, RecordSink read) {
    records += read.records();
    if (!read.leftOut().isEmpty()) {
      String place = source.isFolder() ? "in " + file.path().getFileName() + " " : "";
      leftOut.add(place + read.leftOut());
    }
  }

  void addEmpty() {
    empty++;
  }

  /**
   * Returns a line for the user, such as {@code text file a.csv is CSV of column text: 20
   * documents}.
   *
   * @throws IllegalArgumentException if there is no document and no record
   */
  String text() {
    if (documents == 0 && records == 0) {
      String missing =
          source.kind() == RecordKind.DOCUMENT ? " must hold text, had none" : " holds no line";
      throw new IllegalArgumentException(
          source.name() + missing + (leftOut.isEmpty() ? "" : ": " + DataSource.some(leftOut)));
    }
    String counted = source.kind().counted(Math.max(documents, records));
    if (documents > 0) {
      counted += ", " + RecordKind.counted(characters, "character");
    }
    if (!unit.isEmpty()) {
      counted +=
          " (a document is %s%s; see --documents)"
              .formatted(unit, hasFormFeeds ? ", or a part of one up to a form feed" : "");
    }
    List<String> parts = new ArrayList<>();
    parts.add("%s is %s: %s".formatted(source.name(), formats(), counted));
    if (empty > 0) {
      parts.add(RecordKind.counted(empty, "empty file"));
    }
    if (!source.others().isEmpty()) {
      parts.add(
          String.format(
              Locale.ROOT,
              "not read: %,d of other endings, %s",
              source.others().size(),
              DataSource.some(source.others())));
    }
    if (!leftOut.isEmpty()) {
      parts.add(DataSource.some(leftOut));
    }
    return String.join("; ", parts);
  }

  private String formats() {
    return forms.entrySet().stream()
        .map(
            form ->
                source.isFolder()
                    ? RecordKind.counted(form.getValue(), "file") + " of " + form.getKey()
                    : form.getKey())
        .collect(Collectors.joining(", "));
  }
}
