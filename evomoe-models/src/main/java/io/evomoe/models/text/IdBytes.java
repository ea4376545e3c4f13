package io.evomoe.models.text;

import io.evomoe.internal.files.IoReason;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Storage for the bytes of ids, in blocks of one length. Reading is thread-safe.
 *
 * <p>A file is read, not mapped, because mapped pages count as memory of the process. It is not a
 * channel, because an interrupt of a reading thread would close it for all.
 */
final class IdBytes {
  private final @Nullable RandomAccessFile file;
  private final long start;
  private final int block;
  private final List<ByteBuffer> memory = new ArrayList<>();
  private long end;

  /**
   * Creates the storage.
   *
   * @param file read and written under its own lock, because it has only one position; null for
   *     storage in memory
   * @param start of the first block
   * @param block bytes of a block
   */
  IdBytes(@Nullable RandomAccessFile file, long start, int block) {
    this.file = file;
    this.start = start;
    this.block = block;
    this.end = start;
  }

  /**
   * Appends a block.
   *
   * @param bytes must not change afterwards
   */
  void add(ByteBuffer bytes) {
    if (file == null) {
      memory.add(bytes);
      return;
    }
    byte[] all = new byte[bytes.remaining()];
    bytes.get(all);
    try {
      synchronized (file) {
        file.seek(end);
        file.write(all);
      }
      end += all.length;
    } catch (IOException e) {
      throw failed("written", e);
    }
  }

  /**
   * Returns bytes of a block.
   *
   * @param number index of the block
   * @param from first byte in it
   */
  ByteBuffer read(int number, int from, int length) {
    if (file == null) {
      return memory.get(number).slice(from, length);
    }
    byte[] bytes = new byte[length];
    try {
      synchronized (file) {
        file.seek(start + (long) number * block + from);
        file.readFully(bytes);
      }
    } catch (EOFException e) {
      throw failed("read", new EOFException("it ends too early"));
    } catch (IOException e) {
      throw failed("read", e);
    }
    return ByteBuffer.wrap(bytes);
  }

  /** Releases the storage; no reads may follow. */
  void close() {
    memory.clear();
    IOUtils.closeQuietly(file);
  }

  private static UncheckedIOException failed(String what, IOException e) {
    return new UncheckedIOException(
        "the encoded text cannot be " + what + ": " + IoReason.of(e), e);
  }
}
