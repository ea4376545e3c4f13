package io.evomoe.models.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder that holds a ready split: {@code X.train.txt} and {@code X.valid.txt}. */
final class SplitFolder {

  private SplitFolder() {}

  static TextSplit open(Path folder) {
    return new TextSplit(part(folder, "train"), part(folder, "valid"));
  }

  private static TextCorpus part(Path folder, String part) {
    Pattern name = Pattern.compile(".+\\." + part + "\\.txt(\\.gz)?");
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.filter(file -> name.matcher(fileName(file)).matches()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "folder %s must hold one file NAME.%s.txt or NAME.%s.txt.gz, has %s"
              .formatted(folder, part, part, found.isEmpty() ? "none" : names(found)));
    }
    return TextCorpus.read(found.get(0));
  }

  private static String fileName(Path file) {
    return file.toFile().getName();
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(SplitFolder::fileName).toList();
  }
}
