package io.evomoe.models.text.source;

import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.internal.text.UnreadFormats;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The data of a path, which can be read repeatedly: of a file, or of all files of a folder and its
 * subfolders with a supported extension, in the order of their paths.
 */
public final class DataSource {
  /** Number of lines that decide what a file holds. */
  private static final int FIRST = 100;

  private final String name;
  private final RecordKind kind;
  private final DataForm form;
  private final List<SourceFile> files;
  private final List<String> others;
  private final boolean folder;

  /**
   * The requested fields of a record.
   *
   * @param line line of the file where it begins, counted from 1; for Parquet the row
   * @param values of the fields, none blank; of a conversation, role and content of each message.
   *     Line ends in them are {@code \n}
   */
  public record Row(long line, List<String> values) {
    /** Keeps the values unmodifiable. */
    public Row {
      values = List.copyOf(values);
    }
  }

  /** A data file and its format. */
  record SourceFile(Path path, RecordFormat form) {

    private boolean isEmpty() {
      try {
        return Files.isRegularFile(path) && Files.size(path) == 0;
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + path + ": " + IoReason.of(e, path), e);
      }
    }
  }

  private DataSource(
      String name,
      RecordKind kind,
      DataForm form,
      List<SourceFile> files,
      List<String> others,
      boolean folder) {
    this.name = name;
    this.kind = kind;
    this.form = form;
    this.files = List.copyOf(files);
    this.others = List.copyOf(others);
    this.folder = folder;
  }

  /**
   * Opens a file.
   *
   * @param kind kind of its records
   * @param form format of the file
   * @throws IllegalArgumentException for an unsupported file name extension
   */
  public static DataSource file(Path path, RecordKind kind, DataForm form) {
    String name = kind.file(path);
    SourceFile file = new SourceFile(path, FileForm.require(name, path, form.format()));
    return new DataSource(name, kind, form, List.of(file), List.of(), false);
  }

  /**
   * Whether a path is a folder with a split of its own: {@code X.train.txt}, {@code X.valid.txt}
   * and so on, in any format. {@code validation} and {@code dev} mean {@code valid}, and {@code X.}
   * is optional. Numbered files that all belong to the training part are a single text instead.
   */
  public static boolean isDivided(Path path) {
    return SplitFolder.isOne(path);
  }

  /**
   * Opens one set of a folder with a split.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @throws IllegalArgumentException if it has not exactly one file
   */
  public static DataSource part(Path folder, String part, RecordKind kind, DataForm form) {
    return file(SplitFolder.find(folder, part, kind, true).orElseThrow(), kind, form);
  }

  /** Opens one set of a folder with a split; empty if there is no file. */
  public static Optional<DataSource> findPart(
      Path folder, String part, RecordKind kind, DataForm form) {
    return SplitFolder.find(folder, part, kind, false).map(file -> file(file, kind, form));
  }

  /**
   * Opens a file, or a folder without a split of its own.
   *
   * @throws IllegalArgumentException as well for a folder without a supported file
   */
  public static DataSource of(Path path, RecordKind kind, DataForm form) {
    if (!Files.isDirectory(path)) {
      return file(path, kind, form);
    }
    List<SourceFile> files = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (Path file : FolderFiles.of(path, form)) {
      RecordFormat known = FolderFiles.format(file, form);
      if (known == null || (known == FileForm.MARKDOWN && kind != RecordKind.DOCUMENT)) {
        others.add(path.relativize(file).toString());
      } else {
        files.add(new SourceFile(file, FileForm.require(kind.file(file), file, known)));
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(nothingToRead(path, form, others));
    }
    return new DataSource("folder " + path, kind, form, files, others, true);
  }

  private static String nothingToRead(Path folder, DataForm form, List<String> others) {
    if (!form.include().isEmpty() || !form.exclude().isEmpty()) {
      String deeper =
          form.include().stream()
              .filter(glob -> !glob.contains("/"))
              .map(glob -> "; for subfolders: --include '**/%s'".formatted(glob))
              .findFirst()
              .orElse("");
      return "folder %s must hold files that match include %s and not exclude %s, has none%s"
          .formatted(folder, form.include(), form.exclude(), deeper);
    }
    String command =
        others.stream()
            .filter(name -> name.matches(".*\\.\\w+"))
            .findFirst()
            .map(name -> "**/*" + name.substring(name.lastIndexOf('.')))
            .map(
                glob ->
                    "; to read others as plain text: --data %s --include '%s'"
                        .formatted(folder, glob))
            .orElse("");
    return "folder %s must hold files that are read, %s, has %s%s"
        .formatted(
            folder, FileForm.allEndings(), others.isEmpty() ? "none" : some(others), command);
  }

  /**
   * Returns the SHA-256, in hex, of the names and contents of files and folders. Of a folder, the
   * files count that are read; of one with a split of its own, all files in it.
   */
  public static String digest(List<Path> paths, DataForm form) {
    return Fingerprint.ofContent(
        paths,
        folder ->
            isDivided(folder)
                ? list(folder).stream().filter(Files::isRegularFile).toList()
                : FolderFiles.of(folder, form).stream()
                    .filter(file -> FolderFiles.format(file, form) != null)
                    .toList());
  }

  /** Returns the files that are not hidden, in the order of their names. */
  static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.toFile().getName().startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  /** Returns the texts between blank lines, in order; line ends become {@code \n}. */
  public static List<String> documentsOf(String text) {
    List<String> documents = new ArrayList<>();
    DocumentLines lines =
        new DocumentLines(
            DocumentReader.whole(documents::add), DocumentRule.of(DocumentRule.PARAGRAPH), false);
    lines.read(text);
    lines.end();
    return documents;
  }

  /** Returns the path and its kind, for messages. */
  public String name() {
    return name;
  }

  /**
   * Reads the documents. Memory holds one document at a time, or a part of one if it is plain text.
   *
   * @return the detected format
   * @throws IllegalArgumentException naming file and line, if data cannot be read; also if there is
   *     no document
   */
  public String documents(DocumentReader reader) {
    return read(reader, false);
  }

  /**
   * Reads the texts one by one, as {@link #documents} does; but in plain text each line is a text,
   * and a blank line an empty text.
   *
   * @return the detected format
   * @throws IllegalArgumentException as {@link #documents}
   */
  public String texts(Consumer<String> taker) {
    return read(DocumentReader.whole(taker), true);
  }

  /**
   * Reads the documents.
   *
   * @param byLine whether each line of plain text is one
   */
  private String read(DocumentReader reader, boolean byLine) {
    SourceNote note = new SourceNote(this, reader);
    return eachFile(
        note,
        file -> {
          if (byLine && file.form() == FileForm.TEXT) {
            readLines(file, note);
            note.add(file.form().words() + ", a line each");
          } else if (file.form() == FileForm.TEXT || file.form() == FileForm.MARKDOWN) {
            note.add(file.form().words(), readText(file, note), form.documents());
          } else {
            readRecords(
                file,
                note,
                record -> {
                  note.part(record.values().get(0));
                  note.end();
                });
          }
        });
  }

  private String eachFile(SourceNote note, Consumer<SourceFile> reading) {
    for (SourceFile file : files) {
      if (folder && file.isEmpty()) {
        note.addEmpty();
      } else {
        reading.accept(file);
      }
    }
    return note.text();
  }

  /** Reads plain text or Markdown, and returns the number of its documents. */
  private int readText(SourceFile file, SourceNote note) {
    boolean isPlain = file.form() == FileForm.TEXT;
    if (isPlain) {
      UnreadFormats.refuseByLook(kind.file(file.path()), file.path());
    }
    int before = note.documents();
    DocumentLines lines = new DocumentLines(note, DocumentRule.of(form.documents()), isPlain);
    Utf8Text.read(file.path(), lines::read);
    lines.end();
    return note.documents() - before;
  }

  private void readLines(SourceFile file, DocumentReader reader) {
    String what = kind.file(file.path());
    UnreadFormats.refuseByLook(what, file.path());
    Utf8Text.lines(
        what,
        file.path(),
        (line, number) -> {
          if (!line.isBlank()) {
            reader.part(line);
          }
          reader.end();
        });
  }

  /**
   * Reads the records.
   *
   * @return the detected format
   * @throws IllegalArgumentException naming file and line, if data cannot be read; also if there is
   *     no record
   */
  public String records(Consumer<Row> taker) {
    SourceNote note = new SourceNote(this, DocumentReader.whole(document -> {}));
    return eachFile(note, file -> readRecords(file, note, taker));
  }

  /** Whether its first records are conversations, and not texts. */
  public boolean hasChats() {
    return files.stream()
        .filter(file -> !file.isEmpty())
        .findFirst()
        .filter(file -> file.form() != FileForm.TEXT && file.form() != FileForm.MARKDOWN)
        .filter(file -> !begins(file, RecordKind.DOCUMENT) && begins(file, RecordKind.CHAT))
        .isPresent();
  }

  /** Whether one of the first records of a file has the fields of a kind. */
  private boolean begins(SourceFile file, RecordKind wanted) {
    RecordFormat.Request request =
        new RecordFormat.Request(wanted.file(file.path()), file.path(), wanted, form);
    boolean[] found = new boolean[1];
    try {
      file.form()
          .read(
              request,
              (line, values) -> {
                try {
                  found[0] |= values.read()[0] != null;
                } catch (BadRecordException e) {
                  // The next one may be good.
                }
                if (found[0] || line > FIRST) {
                  throw new EnoughException();
                }
              });
    } catch (EnoughException | IllegalArgumentException e) {
      return found[0];
    } catch (IOException e) {
      return false; // The real reading gives the reason.
    }
    return found[0];
  }

  /** Ends a reading early. */
  private static final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private EnoughException() {
      super("", null, false, false);
    }
  }

  private void readRecords(SourceFile file, SourceNote note, Consumer<Row> taker) {
    RecordFormat.Request request =
        new RecordFormat.Request(kind.file(file.path()), file.path(), kind, form);
    RecordSink sink = new RecordSink(request, file.form().unit(), taker);
    try {
      note.add(file.form().read(request, sink));
      note.add(file, sink);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read " + request.name() + ": " + IoReason.of(e, file.path()), e);
    }
  }

  /** Returns the content of its records. */
  public RecordKind kind() {
    return kind;
  }

  boolean isFolder() {
    return folder;
  }

  /** Returns the names of unsupported files in a folder. */
  List<String> others() {
    return others;
  }

  /** Returns a few of many names. */
  static String some(List<String> names) {
    int shown = Math.min(names.size(), 8);
    String some = names.stream().limit(shown).map(Excerpt::of).collect(Collectors.joining(", "));
    return some + (shown < names.size() ? ", ..." : "");
  }
}
