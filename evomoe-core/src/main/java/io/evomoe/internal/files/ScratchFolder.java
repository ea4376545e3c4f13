package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder in the system's temporary folder, only for its owner. It is deleted when it is closed or
 * the process ends, also by a signal. Leftovers of killed processes are deleted when the next one
 * is created.
 */
public final class ScratchFolder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ScratchFolder.class);
  private static final String PREFIX = "evomoe-";
  private static final Set<ScratchFolder> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(ScratchFolder::close), "evomoe-scratch"));
  }

  private final Path folder;
  private final FolderLock lock;

  private ScratchFolder(Path folder, FolderLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Creates a folder.
   *
   * @param purpose part of its name
   * @throws UncheckedIOException if it cannot be created in the temporary folder
   */
  public static ScratchFolder create(String purpose) {
    try {
      Path folder = Files.createTempDirectory(PREFIX + purpose);
      ScratchFolder made = new ScratchFolder(folder, FolderLock.acquire(folder, purpose));
      OPEN.add(made);
      Files.createDirectory(made.path());
      deleteLeftovers(folder.resolveSibling(""), Files.getOwner(folder));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder: " + IoReason.of(e), e);
    }
  }

  /** Returns the system's temporary folder. */
  public static Path parent() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Returns the path for files, which is initially empty. */
  public Path path() {
    return folder.resolve("files");
  }

  @Override
  public void close() {
    if (!OPEN.remove(this)) {
      return;
    }
    FileTree.deleteQuietly(path());
    lock.close();
    FileTree.deleteQuietly(folder);
  }

  /** Deletes our own folders with a lock that nobody holds. */
  private static void deleteLeftovers(Path folder, UserPrincipal owner) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path left : entries) {
        if (Files.isDirectory(left, LinkOption.NOFOLLOW_LINKS)
            && Files.exists(left.resolve(FolderLock.NAME), LinkOption.NOFOLLOW_LINKS)
            && Files.getOwner(left, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
          deleteUnlessHeld(left);
        }
      }
    } catch (IOException e) {
      log.debug("Temporary folders are left as they are", e);
    }
  }

  private static void deleteUnlessHeld(Path left) throws IOException {
    try (FolderLock free = FolderLock.acquire(left, "clean-up")) {
      FileTree.delete(left);
    } catch (FolderInUseException e) {
      log.debug("In use: {}", left, e);
    }
  }
}
