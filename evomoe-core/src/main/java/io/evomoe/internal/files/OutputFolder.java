package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder that receives a run's files: nothing else writes to it until it is closed, as far as
 * {@link FolderLock} goes. To be opened before anything is read from it that is going to be
 * written.
 */
public final class OutputFolder implements AutoCloseable {
  private final Path path;
  private final @Nullable FolderLock lock;

  private OutputFolder(Path path, @Nullable FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Opens a folder, making it where it does not exist; one that was made and in which nothing was
   * written goes when it is closed. Temporary files that killed processes have left in it are
   * deleted.
   *
   * @param who writes to it, such as {@code evomoe train}: for those who come later
   * @throws io.evomoe.internal.files.FolderInUseException if somebody writes to it now
   * @throws IllegalArgumentException naming the folder, if it is the root of a file system, or
   *     cannot be created or written
   */
  public static OutputFolder open(Path folder, String who) {
    if (folder.toAbsolutePath().normalize().getParent() == null) {
      throw new IllegalArgumentException(
          "output folder must not be the root of a file system, was %s: name a folder in it"
              .formatted(folder));
    }
    FolderLock lock = null;
    OutputFolder opened = null;
    try {
      lock = FolderLock.acquire(folder, who);
      Leftovers.delete(folder);
      opened = new OutputFolder(folder, lock);
      return opened;
    } catch (IOException e) {
      throw unusable(folder, e);
    } finally {
      if (opened == null && lock != null) {
        lock.close();
      }
    }
  }

  /** The same folder for one who does not close it. */
  public OutputFolder shared() {
    return new OutputFolder(path, null);
  }

  /** The folder, as it was named. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
  }

  /**
   * Makes sure that files can be written to {@code folder}, creating it where it does not exist.
   *
   * @return the folder
   * @throws IllegalArgumentException naming the folder, if it cannot be created or written
   */
  public static Path prepare(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
    if (!Files.isWritable(folder)) {
      throw unusable(folder, null);
    }
    return folder;
  }

  /** Prepares the folder that holds {@code file}. */
  public static Path prepareParent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("output file must lie in a folder, was " + file);
    }
    return prepare(parent);
  }

  static IllegalArgumentException unusable(Path folder, @Nullable IOException cause) {
    String reason =
        cause == null || Files.exists(folder)
            ? "it is not a writable folder"
            : "it cannot be created, " + IoReason.of(cause, folder);
    return new IllegalArgumentException(
        "output folder " + folder + " cannot be written: " + reason, cause);
  }
}
