package io.evomoe.spark;

import io.evomoe.internal.files.IoReason;
import io.evomoe.models.text.source.DataSource;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Documents of text in order, which can be written as a folder that every task can read. Each
 * source has a folder with {@code part.train.txt} and {@code part.valid.txt} (or {@code .tsv}).
 */
final class Texts implements Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<Source> sources = new ArrayList<>();

  /**
   * One source.
   *
   * @param form of its documents
   * @param documents in their order
   */
  record Source(Form form, ArrayList<String> documents) implements Serializable {}

  Texts(List<Form> forms) {
    forms.forEach(form -> sources.add(new Source(form, new ArrayList<>())));
  }

  void add(int source, String document) {
    sources.get(source).documents().add(document);
  }

  /**
   * Returns the first documents of each source: at least one, and more up to this number of
   * characters.
   */
  Texts head(long characters) {
    Texts head = new Texts(sources.stream().map(Source::form).toList());
    for (int i = 0; i < sources.size(); i++) {
      long left = characters;
      for (String document : sources.get(i).documents()) {
        if (left > 0) {
          head.add(i, document);
        }
        left -= document.length();
      }
    }
    return head;
  }

  /** Whether a source has documents. */
  boolean has(int source) {
    return !sources.get(source).documents().isEmpty();
  }

  /**
   * Writes a folder for each source, with these documents as the training part.
   *
   * @param valid the validation part of each source that has documents here
   * @return the folders of the sources that have documents
   */
  List<Path> write(Path folder, Texts valid) {
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      if (has(i)) {
        Path own = folder.resolve(Integer.toString(i));
        write(own, "train", source.form(), source.documents());
        write(own, "valid", source.form(), valid.sources.get(i).documents());
        folders.add(own);
      }
    }
    return folders;
  }

  private static void write(Path folder, String part, Form form, List<String> documents) {
    Path file = folder.resolve("part." + part + "." + form.extension);
    try {
      Files.createDirectories(folder);
      String text = String.join(form.separator, documents) + "\n";
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** The unit of a document in a file. */
  enum Form {
    /** Text between blank lines. */
    TEXT("txt", "\n\n"),
    /** A line: a text and its class, or a sentence and its translation. */
    LINE("tsv", "\n");

    private final String extension;

    /** Always ends a document, and is written after one. */
    final String separator;

    Form(String extension, String separator) {
      this.extension = extension;
      this.separator = separator;
    }

    /** Returns the documents between two separators. */
    List<String> documents(String record) {
      return this == TEXT
          ? DataSource.documentsOf(record)
          : record.lines().filter(line -> !line.isBlank()).toList();
    }

    /** Returns lines for a file name that ends in {@code .tsv} or {@code .tsv.gz}, else text. */
    static Form of(String file) {
      return file.matches(".*\\.tsv(\\.\\w+)?") ? LINE : TEXT;
    }
  }
}
