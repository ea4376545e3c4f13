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
 * Folders to which libraries unpack native code before they load it. Left alone, JavaCPP and the
 * tokenizer library take folders of known names below the temporary folder where the home folder
 * cannot be written, and load what lies there already: whoever made them first runs code as another
 * user. Ours are {@code .cache/evomoe/native} in the home folder, for its owner alone; where that
 * cannot be made or could be changed by others, a private folder below the temporary one, which is
 * deleted when the process ends.
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
   * Gives JavaCPP, through which ND4J and oneDNN are loaded, its folder; to be called before
   * anything of theirs is. Does nothing the second time.
   *
   * @throws IllegalStateException if JavaCPP was told another folder, or uses one already, that
   *     others can write to
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
   * Loads a library of JavaCPP's whose parts need each other, while no other process of this user
   * does. JavaCPP unpacks one part after another, some of them before what they need; a process
   * that loads one while another process writes the next dies of a file that is not whole yet.
   *
   * @param library its presets
   * @throws LinkageError if it does not load here
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

  /** Held until it is closed; none on a file system that has no locks. */
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

  /** The folder below which each library has its own. */
  public static synchronized Path root() {
    Path found = root;
    if (found == null) {
      found = find(Path.of(System.getProperty("user.home", "")));
      root = found;
    }
    return found;
  }

  /**
   * Refuses a folder for native code that others than this user and the administrator can change;
   * makes it where it is not there.
   *
   * @param setting that names it, for the message
   * @throws IllegalStateException if they can
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

  /** The folder in the home folder if it is to be trusted, or else a private temporary one. */
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
