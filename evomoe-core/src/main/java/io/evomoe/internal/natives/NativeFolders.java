package io.evomoe.internal.natives;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collections;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders to which libraries unpack native code before they load it. If the home folder is not
 * writable, JavaCPP uses a folder with a known name below the temporary folder, and loads existing
 * files from there. Another user who creates this folder first could run code.
 *
 * <p>Our folder is {@code .cache/evomoe/native} in the home folder, only for its owner. If it
 * cannot be created or could be changed by others, we use a private folder below the temporary one.
 * It is deleted when the process ends.
 */
public final class NativeFolders {
  private static final Logger log = LoggerFactory.getLogger(NativeFolders.class);
  private static final String JAVACPP = "org.bytedeco.javacpp.cachedir";
  private static final String JAVACPP_ALTERNATIVE = "org.bytedeco.javacpp.cacheDir";
  private static final String JNA = "jna.tmpdir";
  private static final String LOCK = "lock";
  private static final String HOME = ".cache/evomoe/native";
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private static @Nullable Path root;
  private static boolean prepared;

  private NativeFolders() {}

  /**
   * Sets the folder of JavaCPP, which loads ND4J and oneDNN. Call it before using anything of
   * theirs. Further calls do nothing.
   *
   * @throws IllegalStateException if JavaCPP was configured with, or already uses, another folder
   *     that others can write to
   */
  public static synchronized void prepare() {
    if (prepared) {
      return;
    }
    Path folder = root();
    if (System.getProperty(JAVACPP) == null && System.getProperty(JAVACPP_ALTERNATIVE) == null) {
      System.setProperty(JAVACPP, folder.resolve("javacpp").toString());
    }
    try {
      requireOwn(Loader.getCacheDir().toPath(), "-D" + JAVACPP);
      prepared = true;
    } catch (IOException e) {
      throw new UncheckedIOException("JavaCPP has no folder for native code: " + IoReason.of(e), e);
    }
  }

  /**
   * Loads a library of JavaCPP whose parts need each other, while no other process of this user
   * does. JavaCPP unpacks one part after another, some before their dependencies. A process that
   * loads a part while another process writes it would fail with an incomplete file.
   *
   * @param library its presets
   * @throws LinkageError if it cannot be loaded here
   */
  public static synchronized void load(Class<?> library) {
    prepare();
    try (FileChannel ignored = lock()) {
      Loader.load(library);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot close " + root().resolve(LOCK) + ": " + IoReason.of(e), e);
    }
  }

  /** Returns a lock that is held until it is closed, or null on a file system without locks. */
  private static @Nullable FileChannel lock() {
    Path file = root().resolve(LOCK);
    FileChannel opened = null;
    try {
      opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      opened.lock();
    } catch (IOException e) {
      log.info("Other processes may unpack native code at the same time: {}", e.toString());
    }
    return opened;
  }

  /** Returns the folder that contains the folder of each library. */
  public static synchronized Path root() {
    Path found = root;
    if (found == null) {
      found = find(Path.of(System.getProperty("user.home", "")));
      root = found;
    }
    return found;
  }

  /**
   * Rejects a folder for native code that users other than this one and the administrator can
   * change. Creates it if it does not exist.
   *
   * @param setting setting that names it, for the message
   * @throws IllegalStateException if others can change it
   */
  public static void requireOwn(Path folder, String setting) {
    if (folder.startsWith(root())) {
      return;
    }
    try {
      make(folder);
      String fault = fault(folder, Files.getOwner(root()));
      if (!fault.isEmpty()) {
        throw new IllegalStateException(
            "native code must be unpacked to a folder that nobody else can change, %s %s: name another with %s"
                .formatted(folder, fault, setting));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot use %s for native code: %s".formatted(folder, IoReason.of(e, folder)), e);
    }
  }

  /** Returns the folder in the home folder if only its owner can change it, otherwise a new one. */
  static Path find(Path home) {
    Path folder = home.resolve(HOME);
    try {
      if (home.isAbsolute() && Files.isDirectory(home)) {
        make(folder);
        Path probe = Files.createTempFile(folder, "probe", "");
        UserPrincipal user = Files.getOwner(probe);
        Files.delete(probe);
        String fault = fault(folder, user);
        if (fault.isEmpty()) {
          return folder;
        }
        log.warn("Native code is unpacked to a temporary folder: {} {}", folder, fault);
      }
    } catch (IOException | SecurityException e) {
      log.info("Native code is unpacked to a temporary folder: {}", e.toString());
    }
    Path temporary = ScratchFolder.create("native").path();
    if (System.getProperty(JNA) == null) {
      System.setProperty(JNA, temporary.resolve("jna").toString());
    }
    return temporary;
  }

  /** Creates a folder and its missing parents, only for this user. */
  private static void make(Path folder) throws IOException {
    FileAttribute<?>[] ownerOnly = {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    };
    Files.createDirectories(folder, POSIX ? ownerOnly : new FileAttribute<?>[0]);
  }

  /**
   * Returns why a folder cannot be trusted. Empty if it can. Systems without POSIX permissions
   * separate home folders in other ways; nothing is checked there.
   *
   * @param user user who may own it, besides the administrator
   */
  static String fault(Path folder, UserPrincipal user) throws IOException {
    if (!POSIX) {
      return "";
    }
    if (Files.isSymbolicLink(folder)) {
      return "is a symbolic link";
    }
    PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
    if (!attributes.owner().equals(user) && !attributes.owner().getName().equals("root")) {
      return "belongs to another user";
    }
    return Collections.disjoint(attributes.permissions(), WRITABLE_BY_OTHERS)
        ? ""
        : "can be written to by others";
  }
}
