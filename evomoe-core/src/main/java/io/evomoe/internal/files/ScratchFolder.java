package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder in the system's temporary folder, only for its owner. It is deleted when it is closed or
 * the process ends, also by a signal, except one that kills it at once.
 */
public final class ScratchFolder implements AutoCloseable {
  private static final Set<ScratchFolder> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(ScratchFolder::close), "evomoe-scratch"));
  }

  private final Path path;

  private ScratchFolder(Path path) {
    this.path = path;
    OPEN.add(this);
  }

  /**
   * Creates an empty folder.
   *
   * @param purpose part of its name
   * @throws UncheckedIOException if it cannot be created in the temporary folder
   */
  public static ScratchFolder create(String purpose) {
    try {
      return new ScratchFolder(Files.createTempDirectory("evomoe-" + purpose));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder: " + IoReason.of(e), e);
    }
  }

  /** Returns the system's temporary folder. */
  public static Path parent() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Returns its path. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    if (OPEN.remove(this)) {
      FileTree.deleteQuietly(path);
    }
  }
}
