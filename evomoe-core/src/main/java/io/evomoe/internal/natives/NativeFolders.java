package io.evomoe.internal.natives;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders to which libraries unpack native code before they load it. If the home folder is not
 * writable, JavaCPP and the tokenizer library use folders with known names below the temporary
 * folder. They load existing files from there. Another user who creates these folders first could
 * run code.
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
    String fault = fault(folder);
    if (!fault.isEmpty()) {
      throw new IllegalStateException(
          "native code must be unpacked to a folder that nobody else can change, %s %s: name"
                  .formatted(folder, fault)
              + " another with "
              + setting);
    }
  }

  private static String fault(Path folder) {
    try {
      OwnFolder.make(folder);
      return OwnFolder.fault(folder, OwnFolder.owner(root()));
    } catch (IOException e) {
      return "cannot be made or looked at (" + e + ")";
    }
  }

  /**
   * Returns the folder in the home folder if it can be trusted, otherwise a private temporary one.
   */
  static Path find(Path home) {
    Path folder = home.resolve(HOME);
    try {
      if (home.isAbsolute() && Files.isDirectory(home)) {
        OwnFolder.make(folder);
        String fault = OwnFolder.faultOfOurs(folder);
        if (fault.isEmpty()) {
          return folder;
        }
        log.warn("Native code is unpacked to a temporary folder: {} {}", folder, fault);
      }
    } catch (IOException | SecurityException e) {
      log.info("Native code is unpacked to a temporary folder: {}", e.toString());
    }
    return temporary();
  }

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("evomoe-native");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> FileTree.deleteQuietly(folder)));
      if (System.getProperty(JNA) == null) {
        System.setProperty(JNA, folder.resolve("jna").toString());
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "no folder for native code can be made, neither in the home folder nor in "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + IoReason.of(e),
          e);
    }
  }
}
