package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Identifies the inputs of a result, to decide whether it can be continued or reused, and the
 * content of files and folders.
 */
public final class Fingerprint {
  /** The name in a checkpoint. */
  public static final String NOTE = "fingerprint";

  private Fingerprint() {}

  /** Returns the fingerprint of all inputs of a result; the library's version is added. */
  public static String of(String... all) {
    String version = Fingerprint.class.getPackage().getImplementationVersion();
    String first = Objects.requireNonNullElse(version, "unknown");
    return new Sha256().add(first + "\n" + String.join("\n", all)).hex();
  }

  /**
   * Returns the SHA-256, in hex, of the names and contents of a folder's files, in the order of
   * their names. Hidden files, whose names begin with a dot, are left out, because data reading
   * ignores them too.
   */
  public static String ofContent(Path folder) {
    return ofContent(List.of(folder));
  }

  /** Returns the digest of several folders or files, in their order. */
  public static String ofContent(List<Path> sources) {
    return ofContent(sources, Fingerprint::files);
  }

  /**
   * Returns the digest of several folders or files, in their order.
   *
   * @param files returns the files of a folder that count
   */
  public static String ofContent(List<Path> sources, Function<Path, List<Path>> files) {
    try {
      Sha256 digest = new Sha256();
      for (Path source : sources) {
        FileTree.requireExists("file or folder " + source, source);
        FileTree.requireNoPipe("file " + source, source);
        boolean isFolder = Files.isDirectory(source);
        for (Path file : isFolder ? files.apply(source) : List.of(source)) {
          Path name = isFolder ? source.relativize(file) : file.getFileName();
          digest.add(name + " " + Files.size(file) + "\n").add(file);
        }
      }
      return digest.hex();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + sources + ": " + IoReason.of(e), e);
    }
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + IoReason.of(e, folder), e);
    }
  }
}
