package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file that is created completely or not at all. It is written in a folder {@code
 * .NAME.unfinished} next to its path, forced to the disk and renamed, like a {@link NewFolder}.
 */
public final class NewFile implements AutoCloseable {
  private final Path named;
  private final NewFolder staging;

  private NewFile(Path named, NewFolder staging) {
    this.named = named;
    this.staging = staging;
  }

  /**
   * Starts a file that does not exist yet.
   *
   * @throws FolderInUseException if another program is creating it
   * @throws IllegalArgumentException naming the file, if it exists or cannot be created
   */
  public static NewFile open(Path file) {
    return open(file, WriterName.get());
  }

  static NewFile open(Path file, String who) {
    requireNothing(file);
    return new NewFile(file, NewFolder.open(file, who));
  }

  /** Returns the path to write to. */
  public Path path() {
    return staging.path().resolve("file");
  }

  /**
   * Moves it to its final path.
   *
   * @throws IllegalArgumentException if something was created there meanwhile
   * @throws UncheckedIOException if the move fails; nothing exists there then
   */
  public void publish() {
    requireNothing(named);
    try {
      FileTree.force(path());
      Files.move(path(), named);
      FileTree.force(named.toAbsolutePath().resolveSibling(""));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + named + ": " + IoReason.of(e, named), e);
    }
  }

  private static void requireNothing(Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(
          "output file %s must be new, is a %s"
              .formatted(file, Files.isDirectory(file) ? "folder" : "file that exists"));
    }
  }

  /** Deletes the file unless it was published. */
  @Override
  public void close() {
    staging.close();
  }
}
