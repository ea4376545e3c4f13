package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks a file from outside before it is opened. A file that does not exist passes. */
public final class InputFile {
  private InputFile() {}

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
}
