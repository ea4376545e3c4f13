package io.evomoe.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system in memory of a few megabytes; tests that need one are skipped where none may be
 * mounted.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path place;

  private SmallDisk(Path place) {
    this.place = place;
  }

  /** Mounts one over a folder. */
  public static SmallDisk mount(Path place, int mebibytes) throws Exception {
    boolean mounted =
        succeeds("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", "" + place);
    assumeTrue(mounted, "no file system may be mounted here: run the tests as root");
    return new SmallDisk(place);
  }

  /** From now on nothing can be written, not even by root. */
  public void makeReadOnly() throws Exception {
    if (!succeeds("mount", "-o", "remount,ro", "" + place)) {
      throw new IllegalStateException("cannot make " + place + " read-only");
    }
  }

  @Override
  public void close() throws Exception {
    // Lazily: a file that was mapped into memory keeps its disk busy until it is collected.
    succeeds("umount", "--lazy", "" + place);
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
