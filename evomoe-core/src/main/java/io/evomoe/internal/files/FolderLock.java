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
 * The right to write to a folder, which one process at a time has, and one place in that process:
 * an exclusive lock of the operating system on the file {@code .lock} in it. The system lets go of
 * it when the process ends, however it ends, so what a killed one leaves stands in nobody's way.
 *
 * <p>Only who writes needs it. It is a matter of trust among programs that ask for it, and nothing
 * else is kept from writing. On a file system that cannot lock, a warning is logged and the folder
 * is kept from other threads of this process alone.
 */
public final class FolderLock implements AutoCloseable {
  /** The file's name. What looks at all that is in a folder leaves it out. */
  public static final String NAME = ".lock";

  private static final Logger log = LoggerFactory.getLogger(FolderLock.class);

  private static final int MOST_TRIES = 1000;

  /**
   * Who holds what in this process. It must be asked before a lock file is opened: closing any
   * channel on a file lets go of all locks that the process has on it (POSIX).
   */
  private static final Map<Object, String> HELD = new ConcurrentHashMap<>();

  /** Channels of refused attempts on locks of another class loader, for the same reason. */
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
   * Takes the lock of a folder, which is made where it does not exist.
   *
   * @param who asks, such as {@code evomoe train}: for those who come later
   * @throws FolderInUseException if it is taken
   * @throws IllegalArgumentException if the lock file is a symbolic link
   * @throws IOException if the folder cannot be made or written
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
        // The last holder is just deleting what it made.
        if (tries == MOST_TRIES) {
          throw e;
        }
      }
    }
  }

  /** First within this process, then among all. */
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

  /** Null where the file that was locked is not the one that is there now. */
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

  /** What a file or folder is the same by, whatever path leads to it. */
  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key;
  }

  /** The folders that have to be made, the innermost first. */
  private static List<Path> missing(Path folder) {
    List<Path> missing = new ArrayList<>();
    for (Path at = folder.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
      missing.add(at);
    }
    return List.copyOf(missing);
  }

  /**
   * Lets go. The lock file is deleted, and so are the folders that were made for it, if they are
   * empty.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      // Before the lock is gone, or it could be that of the next holder.
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

  /** How a channel is locked: with null for one that somebody else has locked. */
  interface Locking {
    @Nullable FileLock tryLock(FileChannel channel) throws IOException;
  }
}
