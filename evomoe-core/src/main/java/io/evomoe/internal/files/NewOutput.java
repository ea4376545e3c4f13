package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder or file that is created completely or not at all. It is written in {@code
 * .NAME.unfinished} next to its path, forced to the disk and renamed. Leftovers of a killed process
 * are deleted by the next one that creates the same folder or file.
 */
public final class NewOutput implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NewOutput.class);

  private final Path named;
  private final boolean file;
  private final Path target;
  private final Path staging;
  private final FolderLock lock;

  private NewOutput(Path named, boolean file, Path target, Path staging, FolderLock lock) {
    this.named = named;
    this.file = file;
    this.target = target;
    this.staging = staging;
    this.lock = lock;
  }

  /**
   * Starts a folder that does not exist yet, or is empty.
   *
   * @throws FolderLock.FolderInUseException if another program writes to it
   * @throws IllegalArgumentException naming the folder, if it is not empty, or cannot be written
   */
  public static NewOutput folder(Path folder) {
    return open(folder, false);
  }

  /**
   * Starts a file that does not exist yet.
   *
   * @throws FolderLock.FolderInUseException if another program is creating it
   * @throws IllegalArgumentException naming the file, if it exists or cannot be created
   */
  public static NewOutput file(Path file) {
    requireNothing(file);
    return open(file, true);
  }

  private static NewOutput open(Path named, boolean file) {
    String who = OutputFolder.writer();
    try {
      Path target =
          Files.exists(named) ? named.toRealPath() : FileTree.requireNoLink(named).toAbsolutePath();
      if (Files.exists(target.resolve(FolderLock.NAME))) {
        FolderLock.acquire(target, who).close();
      }
      Path staging = target.resolveSibling("." + target.getFileName() + ".unfinished");
      FolderLock lock = FolderLock.acquire(FileTree.requireNoLink(staging), who);
      NewOutput made = new NewOutput(named, file, target, staging, lock);
      try {
        made.begin();
        return made;
      } catch (IOException | RuntimeException e) {
        made.close();
        throw e;
      }
    } catch (FolderLock.FolderInUseException e) {
      throw e.of(named);
    } catch (IOException e) {
      throw OutputFolder.unusable(named, e);
    }
  }

  /** With the lock held, no other process can be about to finish it. */
  private void begin() throws IOException {
    FileTree.delete(path());
    if (file) {
      requireNothing(named);
      return;
    }
    requireEmpty(named);
    if (target.equals(Path.of("").toRealPath())) {
      throw new IllegalArgumentException(
          "output folder must not be the current folder, was " + named + ": name a new one in it");
    }
    Files.createDirectory(path());
    if (Files.exists(target)
        && Files.getFileStore(target).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(path(), Files.getPosixFilePermissions(target));
    }
  }

  /** Returns the path to write to. */
  public Path path() {
    return staging.resolve("content");
  }

  /**
   * Moves it to its final path.
   *
   * @throws IllegalArgumentException if a file was created there meanwhile
   * @throws UncheckedIOException if the move fails; nothing exists there then
   */
  public void publish() {
    if (file) {
      requireNothing(named);
    }
    try {
      FileTree.forceAll(path());
      Files.move(path(), target, StandardCopyOption.ATOMIC_MOVE);
      FileTree.force(staging.resolveSibling(""));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + named + ": " + IoReason.of(e, named), e);
    }
  }

  /** Deletes it unless it was published. */
  @Override
  public void close() {
    FileTree.deleteQuietly(path());
    lock.close();
    try {
      Files.deleteIfExists(staging);
    } catch (IOException e) {
      log.debug("The next one is here already: {}", staging, e);
    }
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString()); // a pipe could not be listed either
    }
    try (Stream<Path> entries = Files.list(folder)) {
      Path first = entries.sorted().findFirst().orElse(null);
      if (first != null) {
        throw new IllegalArgumentException(
            "output folder %s must be new or empty, holds %s"
                .formatted(folder, first.getFileName()));
      }
    }
  }

  private static void requireNothing(Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(
          "output file %s must be new, is a %s"
              .formatted(file, Files.isDirectory(file) ? "folder" : "file that exists"));
    }
  }
}
