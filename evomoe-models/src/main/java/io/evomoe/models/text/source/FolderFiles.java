package io.evomoe.models.text.source;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The files of a folder and of its subfolders that patterns select, sorted by their paths. */
final class FolderFiles {
  private FolderFiles() {}

  /** Returns the selected files, of any format. */
  static List<Path> of(Path folder, DataForm form) {
    List<PathMatcher> include = matchers("include", form.include());
    List<PathMatcher> exclude = matchers("exclude", form.exclude());
    try {
      return FileTree.visible(folder).stream()
          .filter(file -> include.isEmpty() || matches(include, folder.relativize(file)))
          .filter(file -> !matches(exclude, folder.relativize(file)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  /** Returns the format of a file; null if it is not read. */
  static @Nullable RecordFormat format(Path file, DataForm form) {
    if (Files.isDirectory(file)) {
      return null;
    }
    boolean isText = form.format() == null && !form.include().isEmpty();
    return FileForm.of(file).orElse(isText ? FileForm.TEXT : form.format());
  }

  private static boolean matches(List<PathMatcher> patterns, Path file) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(file));
  }

  /**
   * Compiles patterns, in which {@code **}{@code /} stands for no folder as well.
   *
   * @throws IllegalArgumentException naming the field, if one is no glob pattern
   */
  static List<PathMatcher> matchers(String field, List<String> patterns) {
    return patterns.stream().map(pattern -> matcher(field, pattern)).toList();
  }

  private static PathMatcher matcher(String field, String pattern) {
    String glob = pattern.replace("/**/", "{/,/**/}").replaceFirst("^\\*\\*/", "{,**/}");
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "%s must be glob patterns such as **/*.txt, was %s (%s)"
              .formatted(field, pattern, e.getDescription()),
          e);
    }
  }
}
