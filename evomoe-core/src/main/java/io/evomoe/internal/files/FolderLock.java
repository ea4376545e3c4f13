package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to a folder, which one process at a time has, and one place in that process.
 * It is an exclusive lock of the operating system on the file {@code .lock} in the folder. The
 * system releases it when the process ends, so a killed process blocks nobody.
 *
 * <p>Only writers need it. The lock is advisory: programs that do not ask for it can still write.
 * On a file system without locks, a warning is logged and the folder is only locked against other
 * threads of this process.
 */
public final class FolderLock implements AutoCloseable {
  /** The name of the lock file. Code that lists a folder ignores it. */
  public static final String NAME = ".lock";

  private static final Logger log = LoggerFactory.getLogger(FolderLock.class);

  private static final int MOST_TRIES = 1000;

  /**
   * The holders in this process. Check it before opening a lock file: closing any channel on a file
   * releases all locks of the process on it (POSIX).
   */
  private static final Map<Object, String> HELD = new ConcurrentHashMap<>();

  /**
   * Channels of failed attempts on locks of another class loader, kept open for the same reason.
   */
  private static final List<FileChannel> KEPT_OPEN = new CopyOnWriteArrayList<>();

  private final Object folderKey;
  private final Path file;
  private final Object fileKey;
  private final FileChannel channel;
  private final List<Path> made;
  private boolean closed;

  private FolderLock(
      Object folderKey, Path file, Object fileKey, FileChannel channel, List<Path> made) {
    this.folderKey = folderKey;
    this.file = file;
    this.fileKey = fileKey;
    this.channel = channel;
    this.made = made;
  }

  /**
   * Takes the lock of a folder, which is created if it does not exist.
   *
   * @param who the program that asks, e.g. {@code evomoe train}, for messages to others
   * @throws FolderInUseException if it is taken
   * @throws IllegalArgumentException if the lock file is a symbolic link
   * @throws IOException if the folder cannot be created or written
   */
  public static FolderLock acquire(Path folder, String who) throws IOException {
    return acquire(folder, who, FileChannel::tryLock);
  }

  static FolderLock acquire(Path folder, String who, Locking locking) throws IOException {
    for (int tries = 1; ; tries++) {
      List<Path> made = missing(folder);
      try {
        Files.createDirectories(folder);
        FolderLock lock = claim(folder, who, made, locking);
        if (lock != null) {
          return lock;
        }
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        // The last holder is deleting the folders that it created.
        if (tries == MOST_TRIES) {
          throw e;
        }
      }
    }
  }

  /** Claims the lock first within this process, then among all. */
  private static @Nullable FolderLock claim(
      Path folder, String who, List<Path> made, Locking locking) throws IOException {
    Object key = key(folder);
    String holder = HELD.putIfAbsent(key, LockHolder.describe(who));
    if (holder != null) {
      throw new FolderInUseException(folder, holder);
    }
    FolderLock lock = null;
    try {
      lock = attempt(folder, key, made, locking);
      return lock;
    } finally {
      if (lock == null) {
        HELD.remove(key);
      }
    }
  }

  /** Returns null if the locked file is not the current one any more. */
  private static @Nullable FolderLock attempt(
      Path folder, Object folderKey, List<Path> made, Locking locking) throws IOException {
    Path file = createFile(folder.resolve(NAME));
    Object fileKey = key(file);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    boolean done = false;
    try {
      if (!isFree(channel, locking, file)) {
        throw new FolderInUseException(folder, LockHolder.read(channel));
      }
      // Only the holder deletes the file: if it is still this one now, it stays.
      if (!fileKey.equals(key(file))) {
        return null;
      }
      LockHolder.write(channel, Objects.requireNonNull(HELD.get(folderKey)));
      done = true;
      return new FolderLock(folderKey, file, fileKey, channel, made);
    } catch (OverlappingFileLockException e) {
      KEPT_OPEN.add(channel);
      done = true;
      throw new FolderInUseException(folder, LockHolder.read(channel));
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  private static boolean isFree(FileChannel channel, Locking locking, Path file) {
    try {
      return locking.tryLock(channel) != null;
    } catch (IOException e) {
      log.warn(
          "{} cannot be locked ({}): nothing else must write to this folder now", file, reason(e));
      return true;
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static Path createFile(Path file) throws IOException {
    FileTree.requireNoLink(file);
    try {
      return Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      return file;
    }
  }

  /** Returns the identity of a file or folder, whatever path leads to it. */
  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key;
  }

  /** Returns the folders that must be created, the innermost first. */
  private static List<Path> missing(Path folder) {
    List<Path> missing = new ArrayList<>();
    for (Path at = folder.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
      missing.add(at);
    }
    return List.copyOf(missing);
  }

  /**
   * Releases the lock. Deletes the lock file, and the folders that were created for it if they are
   * empty.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      // Before the lock is released, because the file could then be that of the next holder.
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && fileKey.equals(key(file))) {
        Files.delete(file);
      }
    } catch (IOException e) {
      log.debug("Left behind: {}", file, e);
    }
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("Cannot close {}", file, e);
    }
    HELD.remove(folderKey);
    deleteMade();
  }

  private void deleteMade() {
    for (Path folder : made) {
      try {
        Files.delete(folder);
      } catch (IOException notEmpty) {
        return;
      }
    }
  }

  /** Locks a channel. Returns null if another holder has locked it. */
  interface Locking {
    @Nullable FileLock tryLock(FileChannel channel) throws IOException;
  }
}
