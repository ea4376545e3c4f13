package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
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
  private static final int LONGEST_HOLDER = 300;
  private static final int MOST_READS = 20;
  private static final long PAUSE_NANOS = 20_000_000;

  /**
   * The holders in this process by folder. Check it before opening a lock file: closing any channel
   * on a file releases all locks of the process on it (POSIX).
   */
  private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

  private final Path folder;
  private final FileChannel channel;
  private final List<Path> made;

  private FolderLock(Path folder, FileChannel channel, List<Path> made) {
    this.folder = folder;
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

  /**
   * Claims the lock first within this process, then among all. Returns null if the locked file was
   * deleted by its last holder.
   */
  private static @Nullable FolderLock claim(
      Path folder, String who, List<Path> made, Locking locking) throws IOException {
    Path real = folder.toRealPath();
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    String own = "%s, process %d, since %s".formatted(who, ProcessHandle.current().pid(), now);
    String other = HELD.putIfAbsent(real, own);
    if (other != null) {
      throw new FolderInUseException(folder, other);
    }
    FileChannel channel = null;
    boolean held = false;
    try {
      Path file = FileTree.requireNoLink(real.resolve(NAME));
      FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
      Object created = key(file);
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!isFree(channel, locking, file)) {
        throw new FolderInUseException(folder, holder(channel));
      }
      // Only the holder deletes the file: if it is still this one now, it stays.
      held = Objects.equals(created, key(file));
      if (!held) {
        return null;
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((own + "\n").getBytes(StandardCharsets.UTF_8)), 0);
      return new FolderLock(real, channel, made);
    } finally {
      if (!held) {
        HELD.remove(real);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static boolean isFree(FileChannel channel, Locking locking, Path file) {
    try {
      return locking.tryLock(channel) != null;
    } catch (OverlappingFileLockException ofAnotherClassLoader) {
      return false;
    } catch (IOException e) {
      log.warn(
          "{} cannot be locked ({}): nothing else must write to this folder now",
          file,
          IoReason.of(e, file));
      return true;
    }
  }

  /** Returns the identity of a file, or null on a system without. */
  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** Reads who holds the lock. Waits a moment for a holder that has just started. */
  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_HOLDER);
    for (int i = 0; i < MOST_READS && channel.read(bytes.clear(), 0) <= 0; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    String line =
        StandardCharsets.UTF_8.decode(bytes.flip()).toString().lines().findFirst().orElse("");
    // Anyone with write access to the folder can have put anything there.
    return line.isBlank() ? "another process" : Excerpt.of(line);
  }

  /** Returns the folders that must be created, the innermost first. */
  private static List<Path> missing(Path folder) {
    List<Path> missing = new ArrayList<>();
    for (Path at = folder.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
      missing.add(at);
    }
    return missing;
  }

  /**
   * Releases the lock. Deletes the lock file, and the folders that were created for it if they are
   * empty.
   */
  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try (channel) {
      // Before the lock is released, because the file could then be that of the next holder.
      Files.deleteIfExists(folder.resolve(NAME));
    } catch (IOException e) {
      log.debug("Left behind: the lock of {}", folder, e);
    }
    HELD.remove(folder);
    try {
      for (Path empty : made) {
        Files.delete(empty);
      }
    } catch (IOException notEmpty) {
      log.debug("Kept: {}", folder, notEmpty);
    }
  }

  /** Locks a channel. Returns null if another holder has locked it. */
  interface Locking {
    @Nullable FileLock tryLock(FileChannel channel) throws IOException;
  }

  /** Thrown if another process or thread writes to a folder. The message names it. */
  public static final class FolderInUseException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String holder;

    FolderInUseException(Path folder, String holder) {
      super(
          "%s is being written by %s: wait until that is over, or name another folder"
              .formatted(folder, holder));
      this.holder = holder;
    }

    /** Returns the exception for the folder that a user named, if another one was locked for it. */
    public FolderInUseException of(Path named) {
      return new FolderInUseException(named, holder);
    }
  }
}
