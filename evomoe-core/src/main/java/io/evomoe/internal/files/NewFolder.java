package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that is created completely or not at all. It is written in {@code .NAME.unfinished} next
 * to its path, forced to the disk and renamed. Leftovers of a killed process are deleted by the
 * next one that creates the same folder.
 */
public final class NewFolder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NewFolder.class);

  private final Path named;
  private final Path target;
  private final Path staging;
  private final FolderLock lock;

  private NewFolder(Path named, Path target, Path staging, FolderLock lock) {
    this.named = named;
    this.target = target;
    this.staging = staging;
    this.lock = lock;
  }

  /**
   * Starts a folder that does not exist yet, or is empty.
   *
   * @throws FolderInUseException if another program writes to it
   * @throws IllegalArgumentException naming the folder, if it is not empty, or cannot be written or
   *     replaced
   */
  public static NewFolder open(Path folder) {
    return open(folder, WriterName.get());
  }

  static NewFolder open(Path folder, String who) {
    try {
      Path target =
          Files.exists(folder)
              ? folder.toRealPath()
              : FileTree.requireNoLink(folder).toAbsolutePath();
      if (Files.exists(target.resolve(FolderLock.NAME))) {
        FolderLock.acquire(target, who).close();
      }
      Path staging = target.resolveSibling("." + target.getFileName() + ".unfinished");
      FolderLock lock = FolderLock.acquire(FileTree.requireNoLink(staging), who);
      NewFolder made = new NewFolder(folder, target, staging, lock);
      try {
        made.begin();
        return made;
      } catch (IOException | RuntimeException e) {
        made.close();
        throw e;
      }
    } catch (FolderInUseException e) {
      throw e.of(folder);
    } catch (IOException e) {
      throw OutputFolder.unusable(folder, e);
    }
  }

  private void begin() throws IOException {
    // With the lock held, no other process can be about to finish it.
    requireEmpty(named);
    if (target.equals(Path.of("").toRealPath())) {
      throw new IllegalArgumentException(
          "output folder must not be the current folder, was " + named + ": name a new one in it");
    }
    FileTree.delete(path());
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
   * @throws UncheckedIOException if the move fails; nothing exists there then
   */
  public void publish() {
    try {
      FileTree.forceAll(path());
      Files.move(path(), target, StandardCopyOption.ATOMIC_MOVE);
      FileTree.force(staging.resolveSibling(""));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + named + ": " + IoReason.of(e, named), e);
    }
  }

  /** Deletes the folder unless it was published. */
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
}
