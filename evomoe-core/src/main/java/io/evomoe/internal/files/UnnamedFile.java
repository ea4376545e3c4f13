package io.evomoe.internal.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file without a name for data that does not fit into memory. It is deleted when it is closed or
 * the process ends in any way. If a system keeps the name of an open file, it is deleted on
 * closing.
 */
public final class UnnamedFile extends RandomAccessFile {
  private static final Logger log = LoggerFactory.getLogger(UnnamedFile.class);

  private final Path name;

  private UnnamedFile(Path name) throws IOException {
    super(name.toFile(), "rw");
    this.name = name;
    deleteName();
  }

  /**
   * Creates a file.
   *
   * @param folder folder with enough space
   * @return a file to write and read; the garbage collector closes it if nothing else does
   * @throws UncheckedIOException if it cannot be created in the folder
   */
  public static UnnamedFile open(Path folder) {
    try {
      return new UnnamedFile(Files.createTempFile(folder, ".unnamed", ".tmp"));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot make a file in " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    deleteName();
  }

  private void deleteName() {
    try {
      Files.deleteIfExists(name);
    } catch (IOException e) {
      log.debug("A file keeps its name while it is open", e);
    }
  }
}
