package io.evomoe.models.text.source;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with a split: {@code X.train.txt}, {@code X.valid.txt} and so on, in any format. {@code
 * validation} and {@code dev} mean {@code valid}, and {@code X.} is optional. A part may have the
 * number 1 of 1, as in {@code train-00000-of-00001.parquet}.
 */
final class SplitFolder {
  private static final List<String> PARTS = List.of("train", "valid", "test");

  /** The order of preference if a folder has a split of documents in several formats. */
  private static final List<RecordFormat> PREFERRED =
      Stream.concat(
              Stream.of(FileForm.TSV, FileForm.TEXT, FileForm.MARKDOWN),
              RecordFormat.installed().stream())
          .distinct()
          .toList();

  private static final Pattern NUMBERED = Pattern.compile("-\\d+-of-\\d+\\.");

  private final Path folder;
  private final RecordFormat form;

  private SplitFolder(Path folder, RecordFormat form) {
    this.folder = folder;
    this.form = form;
  }

  /**
   * Whether a path is a folder with a file that is named as a part of a split. Numbered files that
   * all belong to the training part are a single text instead.
   */
  static boolean isOne(Path path) {
    return Files.isDirectory(path)
        && PREFERRED.stream()
            .anyMatch(
                form ->
                    PARTS.stream().skip(1).anyMatch(part -> !files(path, part, form).isEmpty())
                        || files(path, PARTS.get(0), form).stream().anyMatch(f -> !isNumbered(f)));
  }

  private static boolean isNumbered(Path file) {
    return NUMBERED.matcher(fileName(file)).find();
  }

  /**
   * Opens the split of a folder.
   *
   * @param kind kind of the records; pairs and classes are not read from text
   */
  static SplitFolder of(Path folder, RecordKind kind) {
    List<RecordFormat> forms =
        PREFERRED.stream().filter(form -> kind == RecordKind.DOCUMENT || !isText(form)).toList();
    RecordFormat form =
        forms.stream()
            .filter(f -> !files(folder, "train", f).isEmpty())
            .findFirst()
            .orElse(kind == RecordKind.DOCUMENT ? FileForm.TEXT : FileForm.TSV);
    return new SplitFolder(folder, form);
  }

  private static boolean isText(RecordFormat form) {
    return form == FileForm.TEXT || form == FileForm.MARKDOWN;
  }

  /**
   * Returns the single file of a part.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @throws IllegalArgumentException if there is none or more than one
   */
  Path require(String part) {
    List<Path> found = files(folder, part, form);
    if (found.size() != 1) {
      throw wrong(part, found);
    }
    return found.get(0);
  }

  /** Returns the file of a part that may be missing; rejects more than one. */
  Optional<Path> find(String part) {
    List<Path> found = files(folder, part, form);
    if (found.size() > 1) {
      throw wrong(part, found);
    }
    return found.stream().findFirst();
  }

  private static List<Path> files(Path folder, String part, RecordFormat form) {
    String names = part.equals("valid") ? "valid|validation|dev" : part;
    Pattern name =
        Pattern.compile(
            "(.+\\.)?(%s)(-\\d+-of-\\d+)?\\.(%s)(\\.gz|\\.zst)?"
                .formatted(names, String.join("|", form.endings())));
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> name.matcher(fileName(file).toLowerCase(Locale.ROOT)).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  private IllegalArgumentException wrong(String part, List<Path> found) {
    String name = "NAME.%s.%s".formatted(part, form.endings().get(0));
    return new IllegalArgumentException(
        "folder %s must hold one file %s or %s.gz, has %s"
            .formatted(folder, name, name, found.isEmpty() ? "none" : names(found)));
  }

  private static String fileName(Path file) {
    return file.toFile().getName();
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(SplitFolder::fileName).toList();
  }
}
