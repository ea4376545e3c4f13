package io.evomoe.models.text.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with a split: {@code X.train.txt}, {@code X.valid.txt} and so on, in any format. {@code
 * validation} and {@code dev} mean {@code valid}, and {@code X.} is optional. A part may have the
 * number 1 of 1, as in {@code train-00000-of-00001.parquet}.
 */
final class SplitFolder {
  private static final String TRAIN = "train";

  /** The order of preference if a folder has a split of documents in several formats. */
  private static final List<RecordFormat> PREFERRED =
      Stream.concat(
              Stream.of(FileForm.TSV, FileForm.TEXT, FileForm.MARKDOWN),
              RecordFormat.installed().stream())
          .distinct()
          .toList();

  private static final Pattern NAME =
      Pattern.compile(
          "(?:.+\\.)?(train|valid|validation|dev|test)(-\\d+-of-\\d+)?\\.[^.]+(?:\\.gz|\\.zst)?");

  /** A file whose name is that of a part. */
  private record Part(String name, boolean isNumbered, RecordFormat form, Path file) {}

  private SplitFolder() {}

  /**
   * Whether a path is a folder with a file that is named as a part of a split. Numbered files that
   * all belong to the training part are a single text instead.
   */
  static boolean isOne(Path path) {
    return Files.isDirectory(path)
        && parts(path).stream().anyMatch(part -> !part.name.equals(TRAIN) || !part.isNumbered);
  }

  /**
   * Returns the single file of a part.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @param kind kind of the records; pairs and classes are not read from text
   * @param isRequired whether the file must exist
   * @throws IllegalArgumentException if it must and does not, or if there is more than one
   */
  static Optional<Path> find(Path folder, String part, RecordKind kind, boolean isRequired) {
    boolean mayBeText = kind == RecordKind.DOCUMENT;
    List<Part> all = parts(folder).stream().filter(its -> mayBeText || !isText(its.form)).toList();
    RecordFormat form =
        all.stream()
            .filter(its -> its.name.equals(TRAIN))
            .map(Part::form)
            .min(Comparator.comparingInt(PREFERRED::indexOf))
            .orElse(mayBeText ? FileForm.TEXT : FileForm.TSV);
    List<Path> found =
        all.stream()
            .filter(its -> its.name.equals(part) && its.form == form)
            .map(Part::file)
            .toList();
    if (found.size() > 1 || (found.isEmpty() && isRequired)) {
      String name = "NAME.%s.%s".formatted(part, form.endings().get(0));
      throw new IllegalArgumentException(
          "folder %s must hold one file %s or %s.gz, has %s"
              .formatted(
                  folder,
                  name,
                  name,
                  found.isEmpty() ? "none" : found.stream().map(Path::getFileName).toList()));
    }
    return found.stream().findFirst();
  }

  private static boolean isText(RecordFormat form) {
    return form == FileForm.TEXT || form == FileForm.MARKDOWN;
  }

  private static List<Part> parts(Path folder) {
    List<Part> parts = new ArrayList<>();
    for (Path file : DataSource.list(folder)) {
      Matcher name = NAME.matcher(file.toFile().getName().toLowerCase(Locale.ROOT));
      RecordFormat form = FileForm.of(file).orElse(null);
      if (form != null && name.matches()) {
        String part = name.group(1).replaceFirst("validation|dev", "valid");
        parts.add(new Part(part, name.group(2) != null, form, file));
      }
    }
    return parts;
  }
}
