package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file that comes into being whole or not at all: it is written in a folder {@code
 * .NAME.unfinished} beside its place, forced to the disk and renamed, as a {@link NewFolder} is.
 */
public final class NewFile implements AutoCloseable {
  private final Path named;
  private final NewFolder staging;

  private NewFile(Path named, NewFolder staging) {
    this.named = named;
    this.staging = staging;
  }

  /**
   * Begins a file that does not exist yet.
   *
   * @param who makes it, such as {@code evomoe export}: for those who come later
   * @throws FolderInUseException if somebody makes it now
   * @throws IllegalArgumentException naming the file, if something is there, or it cannot be made
   */
  public static NewFile open(Path file, String who) {
    requireNothing(file);
    return new NewFile(file, NewFolder.open(file, who));
  }

  /** Where to write it. */
  public Path path() {
    return staging.path().resolve("file");
  }

  /**
   * Puts it into its place.
   *
   * @throws IllegalArgumentException if something came to be there meanwhile
   * @throws UncheckedIOException if that fails; nothing is there then
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

  /** Deletes what was not published. */
  @Override
  public void close() {
    staging.close();
  }
}
