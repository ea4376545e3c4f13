package io.evomoe.internal.natives;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Checks that only its owner can change the content of a folder. Systems without POSIX permissions
 * separate home folders in other ways; nothing is checked there.
 */
final class OwnFolder {
  private static final int ADMINISTRATOR = 0;
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  private OwnFolder() {}

  /** Creates a folder and its missing parents, only for this user. */
  static void make(Path folder) throws IOException {
    FileAttribute<?>[] ownerOnly = {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    };
    Files.createDirectories(folder, POSIX ? ownerOnly : new FileAttribute<?>[0]);
  }

  /** Returns the user id of a folder's owner, or 0 if there are no user ids. */
  static int owner(Path folder) throws IOException {
    return attributes(folder).user();
  }

  /**
   * Returns why a folder that we would have created cannot be trusted. Empty if it can.
   *
   * @throws IOException if it cannot be written or inspected
   */
  static String faultOfOurs(Path folder) throws IOException {
    Path probe = Files.createTempFile(folder, "probe", "");
    try {
      int user = owner(probe);
      return owner(folder) == user ? fault(folder, user) : "belongs to another user";
    } finally {
      Files.delete(probe);
    }
  }

  /**
   * Returns why a folder cannot be trusted. Empty if it can.
   *
   * @param user user who may own it, besides the administrator
   */
  static String fault(Path folder, int user) throws IOException {
    if (!POSIX) {
      return "";
    }
    if (Files.isSymbolicLink(folder)) {
      return "is a symbolic link";
    }
    Path absolute = folder.toAbsolutePath().normalize();
    Attributes own = attributes(absolute);
    if (own.user() != user && own.user() != ADMINISTRATOR) {
      return "belongs to another user";
    }
    if ((own.mode() & WRITABLE_BY_OTHERS) != 0) {
      return "can be written to by others";
    }
    for (Path above : above(absolute)) {
      Attributes attributes = attributes(above);
      boolean open = (attributes.mode() & WRITABLE_BY_OTHERS) != 0;
      if (open && (attributes.mode() & STICKY) == 0) {
        return "lies in " + above + ", to which others can write";
      }
      if (attributes.user() != user && attributes.user() != ADMINISTRATOR) {
        return "lies in " + above + ", which belongs to another user";
      }
    }
    return "";
  }

  /** Returns the parent folders, by its name and by its links' targets. */
  private static Set<Path> above(Path folder) throws IOException {
    Set<Path> above = new LinkedHashSet<>();
    for (Path start : new Path[] {folder, folder.toRealPath()}) {
      for (Path p = start.getParent(); p != null; p = p.getParent()) {
        above.add(p);
      }
    }
    return above;
  }

  private static int number(Path path, String attribute) throws IOException {
    if (Files.getAttribute(path, attribute) instanceof Integer value) {
      return value;
    }
    throw new IOException(path + " has no " + attribute);
  }

  private record Attributes(int user, int mode) {}

  private static Attributes attributes(Path path) throws IOException {
    if (!POSIX) {
      return new Attributes(ADMINISTRATOR, 0);
    }
    return new Attributes(number(path, "unix:uid"), number(path, "unix:mode"));
  }
}
