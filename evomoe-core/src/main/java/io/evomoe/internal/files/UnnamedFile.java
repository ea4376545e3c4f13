package io.evomoe.internal.files;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Files for what does not fit into memory. */
public final class UnnamedFile {
  private UnnamedFile() {}

  /**
   * Makes a file that is gone when it is closed, and when the process ends, however it ends: its
   * name is taken from it at once, or, where a system cannot do that, is that of a temporary file
   * of {@link AtomicFile}.
   *
   * @param folder that has room for it
   * @return to be written and read; closed by the garbage collector if by nobody else
   * @throws UncheckedIOException if the folder takes none
   */
  public static FileChannel open(Path folder) {
    try {
      return FileChannel.open(
          AtomicFile.temporary(folder, "unnamed"), CREATE_NEW, READ, WRITE, DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot make a file in " + folder + ": " + IoReason.of(e, folder), e);
    }
  }
}
