package io.evomoe.internal.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file for what does not fit into memory, without a name: it is gone when it is closed, and when
 * the process ends, however it ends. Where a system keeps the name of a file that is open, it is
 * that of a temporary file of {@link AtomicFile}, and goes when the file is closed.
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
   * Makes a file.
   *
   * @param folder that has room for it
   * @return to be written and read; closed by the garbage collector if by nobody else
   * @throws UncheckedIOException if the folder takes none
   */
  public static UnnamedFile open(Path folder) {
    try {
      return new UnnamedFile(Files.createFile(AtomicFile.temporary(folder, "unnamed")));
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
