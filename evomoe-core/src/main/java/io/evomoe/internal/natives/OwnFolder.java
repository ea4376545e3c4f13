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
 * Whether nobody but its owner can change what is in a folder. On systems without POSIX
 * permissions, where home folders are kept apart in other ways, nothing is looked at.
 */
final class OwnFolder {
  private static final int ADMINISTRATOR = 0;
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  private OwnFolder() {}

  /** Makes a folder, and those before it that there are not, for this user alone. */
  static void make(Path folder) throws IOException {
    FileAttribute<?>[] ownerOnly = {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    };
    Files.createDirectories(folder, POSIX ? ownerOnly : new FileAttribute<?>[0]);
  }

  /** Number of the user a folder belongs to; 0 where there are no such numbers. */
  static int owner(Path folder) throws IOException {
    return attributes(folder).user();
  }

  /**
   * Why a folder that we would have made cannot be trusted; empty if it can.
   *
   * @throws IOException if it cannot be written to or looked at
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
   * Why a folder cannot be trusted; empty if it can.
   *
   * @param user who may own it, beside the administrator
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

  /** The folders that hold it, by its name and by where links lead. */
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
