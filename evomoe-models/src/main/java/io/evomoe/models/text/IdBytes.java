package io.evomoe.models.text;

import io.evomoe.internal.files.IoReason;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Storage for the bytes of ids, in blocks. Reading is thread-safe. */
interface IdBytes {

  /**
   * Appends a block.
   *
   * @param block of the same length as all others; must not change afterwards
   */
  void add(ByteBuffer block);

  /**
   * Returns bytes of a block.
   *
   * @param number index of the block
   * @param from first byte in it
   */
  ByteBuffer read(int number, int from, int length);

  /** Releases the storage; no reads may follow. */
  void close();

  /** In memory. */
  final class InMemory implements IdBytes {
    private final List<ByteBuffer> blocks = new ArrayList<>();

    @Override
    public void add(ByteBuffer block) {
      blocks.add(block);
    }

    @Override
    public ByteBuffer read(int number, int from, int length) {
      return blocks.get(number).slice(from, length);
    }

    @Override
    public void close() {
      blocks.clear();
    }
  }

  /**
   * In a file. It is read, not mapped, because mapped pages count as memory of the process. It is
   * not a channel, because an interrupt of a reading thread would close it for all.
   */
  final class InFile implements IdBytes {
    private static final Logger log = LoggerFactory.getLogger(InFile.class);

    private final RandomAccessFile file;
    private final long start;
    private final int block;
    private long end;

    /**
     * Creates the storage in a file.
     *
     * @param file read and written under its own lock, because it has only one position
     * @param start of the first block
     * @param block bytes of a block
     */
    InFile(RandomAccessFile file, long start, int block) {
      this.file = file;
      this.start = start;
      this.block = block;
      this.end = start;
    }

    @Override
    public void add(ByteBuffer bytes) {
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

    @Override
    public ByteBuffer read(int number, int from, int length) {
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

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException e) {
        log.debug("A file stays open", e);
      }
    }

    private static UncheckedIOException failed(String what, IOException e) {
      return new UncheckedIOException(
          "the encoded text cannot be " + what + ": " + IoReason.of(e), e);
    }
  }
}
