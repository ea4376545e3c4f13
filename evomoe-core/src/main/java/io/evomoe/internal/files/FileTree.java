package io.evomoe.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations on a folder and its content, in which symbolic links are never followed. Checks of a
 * file from outside before it is opened.
 */
public final class FileTree {
  private static final Logger log = LoggerFactory.getLogger(FileTree.class);

  private FileTree() {}

  /**
   * Deletes a file, or a folder with its content. Symbolic links in it are deleted, but not their
   * targets. Does nothing if nothing exists.
   *
   * @throws IllegalArgumentException if the path is itself a symbolic link; nothing is deleted
   */
  public static void delete(Path path) throws IOException {
    requireNoLink(path);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path inside : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(inside);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Deletes after a failure. If something cannot be deleted, it is kept and a warning is logged.
   */
  public static void deleteQuietly(Path path) {
    try {
      delete(path);
    } catch (IOException | IllegalArgumentException e) {
      log.warn("Left behind: {} ({})", path, e.toString());
    }
  }

  /**
   * Returns all files below a folder at any depth, sorted, except hidden files and the content of
   * hidden folders. A link to a folder is returned as a file.
   */
  public static List<Path> visible(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    collect(folder, found);
    found.sort(Comparator.naturalOrder());
    return found;
  }

  private static void collect(Path folder, List<Path> found) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path path : all.filter(path -> !path.toFile().getName().startsWith(".")).toList()) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          collect(path, found);
        } else {
          found.add(path);
        }
      }
    }
  }

  /**
   * Requires that a file or folder of the user exists.
   *
   * @param what its kind and path, for the message
   * @throws IllegalArgumentException if it does not exist
   */
  public static void requireExists(String what, Path path) {
    if (Files.notExists(path)) {
      throw new IllegalArgumentException(what + " does not exist");
    }
  }

  /** Forces a file, or the entries of a folder if the system supports it, to the disk. */
  public static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      if (!Files.isDirectory(path)) {
        throw e;
      }
    }
  }

  /** Forces a folder with its content to the disk. */
  public static void forceAll(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
        force(path);
      }
    }
  }

  /**
   * Rejects a symbolic link in place of our own file or folder.
   *
   * @return the path
   */
  public static Path requireNoLink(Path path) {
    if (Files.isSymbolicLink(path)) {
      throw new IllegalArgumentException(
          path + " is a symbolic link, which is not followed here: move it away");
    }
    return path;
  }

  /**
   * Rejects a pipe or device, which could block a reader or never end.
   *
   * @param name name of the file, for the message
   */
  public static void requireNoPipe(String name, Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          name + " must be a file, which can be read twice, is a pipe or device");
    }
  }

  /**
   * Rejects a pipe or device, and a symbolic link that leads outside its folder. Use it for files
   * of a folder that may come from somebody else. Hugging Face's cache is accepted: it has files in
   * {@code blobs} and links to them in {@code snapshots/REVISION}.
   *
   * @return the file
   */
  public static Path requireInside(Path file) {
    requireNoPipe(file.toString(), file);
    if (Files.isSymbolicLink(file) && Files.exists(file) && !staysInside(file)) {
      throw new IllegalArgumentException(
          file + " must not be a link to a file outside of its folder: copy that file here");
    }
    return file;
  }

  private static boolean staysInside(Path link) {
    try {
      Path folder = link.toAbsolutePath().resolveSibling("").toRealPath();
      Path target = link.toRealPath();
      Path revisions = folder.resolveSibling("");
      return target.startsWith(folder)
          || (revisions.endsWith("snapshots")
              && target.resolveSibling("").equals(revisions.resolveSibling("blobs")));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the bytes of a file, or of all files in a folder and its subfolders. */
  public static long bytes(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + IoReason.of(e, path), e);
    }
  }
}
