package io.evomoe.models.text.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The detected format of a source, with counts. */
public final class SourceNote {
  private final DataSource source;

  /** Number of files by description of the format. */
  private final Map<String, Integer> forms = new LinkedHashMap<>();

  private final List<String> leftOut = new ArrayList<>();
  private int documents;
  private long characters;
  private long records;
  private int empty;

  SourceNote(DataSource source) {
    this.source = source;
  }

  /** Returns a reader that counts documents and passes them on. */
  DocumentReader counting(DocumentReader reader) {
    return new DocumentReader() {
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
    };
  }

  void add(String form) {
    forms.merge(form, 1, Integer::sum);
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

  void requireSome() {
    if (documents == 0 && records == 0) {
      String missing =
          source.kind() == RecordKind.DOCUMENT ? " must hold text, had none" : " holds no line";
      throw new IllegalArgumentException(
          source.name() + missing + (leftOut.isEmpty() ? "" : ": " + DataSource.some(leftOut)));
    }
  }

  /** Returns the number of documents. */
  public int documents() {
    return documents;
  }

  /** Returns the number of characters. */
  public long characters() {
    return characters;
  }

  /**
   * Returns a line for the user, such as {@code text file a.csv is CSV of column text: 20
   * documents}.
   */
  public String text() {
    StringBuilder text = new StringBuilder(source.name()).append(" is ");
    if (source.isFolder()) {
      text.append(
          forms.entrySet().stream().map(SourceNote::files).collect(Collectors.joining(", ")));
    } else {
      text.append(String.join("", forms.keySet()));
    }
    text.append(": ").append(source.kind().counted(Math.max(documents, records)));
    if (documents > 0) {
      text.append(
          String.format(Locale.ROOT, ", %,d character%s", characters, characters == 1 ? "" : "s"));
    }
    if (empty > 0) {
      text.append(String.format(Locale.ROOT, "; %,d empty file%s", empty, empty == 1 ? "" : "s"));
    }
    if (!source.others().isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "; not read: %,d of other endings, %s",
              source.others().size(),
              DataSource.some(source.others())));
    }
    if (!leftOut.isEmpty()) {
      text.append("; ").append(DataSource.some(leftOut));
    }
    return text.toString();
  }

  private static String files(Map.Entry<String, Integer> form) {
    return String.format(
        Locale.ROOT,
        "%,d file%s of %s",
        form.getValue(),
        form.getValue() == 1 ? "" : "s",
        form.getKey());
  }
}
