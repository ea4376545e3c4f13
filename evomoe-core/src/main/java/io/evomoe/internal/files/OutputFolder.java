package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder for a run's files. Nothing else writes to it until it is closed, within the limits of
 * {@link FolderLock}. Open it before reading anything from it that will be written.
 */
public final class OutputFolder implements AutoCloseable {
  /** The name of a process that did not set another one. */
  public static final String A_PROGRAM = "a program";

  private static volatile String writer = A_PROGRAM;

  private final Path path;
  private final @Nullable FolderLock lock;

  private OutputFolder(Path path, @Nullable FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Sets the name under which this process locks what it writes; others read it in their messages.
   *
   * @param command such as {@code evomoe export}; the default is {@link #A_PROGRAM}
   */
  public static void setWriter(String command) {
    writer = command;
  }

  static String writer() {
    return writer;
  }

  /**
   * Opens a folder and creates it if it does not exist. If it was created and nothing was written,
   * it is deleted on closing.
   *
   * @throws FolderLock.FolderInUseException if another program writes to it
   * @throws IllegalArgumentException naming the folder, if it is the root of a file system, or
   *     cannot be created or written
   */
  public static OutputFolder open(Path folder) {
    if (folder.toAbsolutePath().normalize().getParent() == null) {
      throw new IllegalArgumentException(
          "output folder must not be the root of a file system, was %s: name a folder in it"
              .formatted(folder));
    }
    try {
      return new OutputFolder(folder, FolderLock.acquire(folder, writer));
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  /** Returns the same folder for a user that does not close it. */
  public OutputFolder shared() {
    return new OutputFolder(path, null);
  }

  /** Returns the folder as it was named. */
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
   * Ensures that files can be written to {@code folder}, and creates it if it does not exist.
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

  /** Prepares the folder of {@code file}. */
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
