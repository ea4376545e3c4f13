package io.evomoe.models.text;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder that holds a ready split: {@code X.train.txt}, {@code X.valid.txt} and so on. */
public final class SplitFolder {

  private SplitFolder() {}

  /**
   * The one file of a part, plain or {@code .gz}.
   *
   * @param part such as {@code train}
   * @param extension such as {@code txt}
   * @throws IllegalArgumentException when there is none or more than one
   */
  public static Path require(Path folder, String part, String extension) {
    List<Path> found = files(folder, part, extension);
    if (found.size() != 1) {
      throw wrong(folder, part, extension, found);
    }
    return found.get(0);
  }

  /** The file of a part that may be missing; refuses more than one. */
  public static Optional<Path> find(Path folder, String part, String extension) {
    List<Path> found = files(folder, part, extension);
    if (found.size() > 1) {
      throw wrong(folder, part, extension, found);
    }
    return found.stream().findFirst();
  }

  private static List<Path> files(Path folder, String part, String extension) {
    Pattern name = Pattern.compile(".+\\." + part + "\\." + extension + "(\\.gz)?");
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> name.matcher(fileName(file)).matches()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  private static IllegalArgumentException wrong(
      Path folder, String part, String extension, List<Path> found) {
    String name = "NAME.%s.%s".formatted(part, extension);
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
