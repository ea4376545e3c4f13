package io.evomoe.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A file that grows at its end. All that is written is passed on to the operating system at once.
 */
public final class AppendedFile implements AutoCloseable {
  private final Path file;
  // Not a channel, because an interrupt of the thread closes channels.
  private final FileOutputStream out;
  private boolean lost;

  /**
   * Opens a file at its end; creates it if it does not exist.
   *
   * @throws UncheckedIOException naming the file, here and everywhere
   */
  public AppendedFile(Path file) {
    this.file = file;
    try {
      out = new FileOutputStream(file.toFile(), true);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Writes a text as UTF-8. */
  public void write(String text) {
    write(text.getBytes(UTF_8));
  }

  /** Writes bytes. */
  public void write(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      lost = true;
      throw failed(e);
    }
  }

  /** Forces the content to the disk; fails if a part of it could not be written before. */
  public void force() {
    try {
      if (lost) {
        throw new IOException("a part is missing");
      }
      out.getFD().sync();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException("could not write " + file + ": " + IoReason.of(e, file), e);
  }
}
