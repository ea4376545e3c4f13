package io.evomoe.models.text;

import io.evomoe.internal.files.UnnamedFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Ids of two or four bytes each, in memory or in a file, so that a long text uses no more memory
 * during and after encoding.
 */
final class TokenIds {
  /** Number of ids in a block. */
  private static final int BLOCK = 1 << 20;

  private static final int FIRST_ROOM = 1 << 10;
  private static final int IDS_OF_TWO_BYTES = 1 << 16;

  private final int width;
  private volatile IdBytes full;

  /** Ids that do not fill a block yet. */
  private ByteBuffer rest;

  private int size;

  private TokenIds(int width, IdBytes full) {
    this.width = width;
    this.full = full;
    this.rest = ByteBuffer.allocate(FIRST_ROOM * width);
  }

  /** Creates empty storage in memory. */
  static TokenIds empty(int vocabulary) {
    int width = width(vocabulary);
    return new TokenIds(width, new IdBytes(null, 0, BLOCK * width));
  }

  /**
   * Creates empty storage in a file.
   *
   * @param folder of an unnamed file
   */
  static TokenIds empty(int vocabulary, Path folder) {
    int width = width(vocabulary);
    return new TokenIds(width, new IdBytes(UnnamedFile.open(folder), 0, BLOCK * width));
  }

  private static int width(int vocabulary) {
    return vocabulary <= IDS_OF_TWO_BYTES ? Character.BYTES : Integer.BYTES;
  }

  /** Creates storage with these ids. */
  static TokenIds of(int[] ids) {
    boolean small = IntStream.of(ids).allMatch(id -> id >= 0 && id < IDS_OF_TWO_BYTES);
    TokenIds all = empty(small ? IDS_OF_TWO_BYTES : Integer.MAX_VALUE);
    all.add(ids);
    return all;
  }

  /**
   * Returns the ids of a file, read on demand.
   *
   * @param width bytes of an id, 2 or 4
   */
  static TokenIds of(RandomAccessFile file, long position, int size, int width) {
    TokenIds ids = new TokenIds(width, new IdBytes(file, position, BLOCK * width));
    ids.size = size;
    ids.keepRest();
    return ids;
  }

  /** Reads the ids from a file from now on, to which they were written. */
  void moveTo(RandomAccessFile file, long position) {
    IdBytes before = full;
    full = new IdBytes(file, position, BLOCK * width);
    before.close();
  }

  private void keepRest() {
    int bytes = size % BLOCK * width;
    rest = ByteBuffer.allocate(bytes).put(full.read(size / BLOCK, 0, bytes));
  }

  /** Returns the bytes of an id. */
  int width() {
    return width;
  }

  /** Returns the number of ids. */
  int size() {
    return size;
  }

  /** Appends ids. */
  void add(int... more) {
    if (size > Integer.MAX_VALUE - more.length) {
      throw new IllegalArgumentException(
          "a text must have at most %d tokens, has more".formatted(Integer.MAX_VALUE));
    }
    for (int id : more) {
      if (!rest.hasRemaining()) {
        ByteBuffer wider =
            ByteBuffer.allocate(
                Math.min(Math.max(2 * rest.capacity(), FIRST_ROOM * width), BLOCK * width));
        rest = wider.put(rest.flip());
      }
      if (width == Character.BYTES) {
        rest.putChar((char) id);
      } else {
        rest.putInt(id);
      }
      size++;
      if (size % BLOCK == 0) {
        full.add(rest.flip());
        rest = ByteBuffer.allocate(BLOCK * width);
      }
    }
  }

  /** Returns id {@code i}. */
  int id(int i) {
    return id(bytes(i, 1), 0);
  }

  private int id(ByteBuffer bytes, int i) {
    return width == Character.BYTES
        ? bytes.getChar(i * Character.BYTES)
        : bytes.getInt(i * Integer.BYTES);
  }

  /** Writes {@code count} ids from {@code from} on into {@code target} at {@code offset}. */
  void copy(int from, int[] target, int offset, int count) {
    for (int done = 0; done < count; ) {
      int some = Math.min(count - done, BLOCK - (from + done) % BLOCK);
      ByteBuffer bytes = bytes(from + done, some);
      for (int i = 0; i < some; i++) {
        target[offset + done + i] = id(bytes, i);
      }
      done += some;
    }
  }

  /** Returns all ids in their order. */
  IntStream stream() {
    return IntStream.range(0, blocks())
        .flatMap(
            block -> {
              ByteBuffer bytes = block(block);
              return IntStream.range(0, bytes.limit() / width).map(i -> id(bytes, i));
            });
  }

  /** Writes all ids, as {@link #of(RandomAccessFile, long, int, int)} reads them. */
  void write(WritableByteChannel target) throws IOException {
    for (int i = 0; i < blocks(); i++) {
      ByteBuffer bytes = block(i);
      while (bytes.hasRemaining()) {
        target.write(bytes);
      }
    }
  }

  /** Returns the CRC-32C of the output of {@link #write}. */
  long checksum() {
    CRC32C checksum = new CRC32C();
    for (int i = 0; i < blocks(); i++) {
      checksum.update(block(i));
    }
    return checksum.getValue();
  }

  private int blocks() {
    return (int) (((long) size + BLOCK - 1) / BLOCK);
  }

  private ByteBuffer block(int block) {
    return bytes(block * BLOCK, Math.min(BLOCK, size - block * BLOCK));
  }

  /** Returns the bytes of ids in one block. */
  private ByteBuffer bytes(int first, int count) {
    int from = first % BLOCK * width;
    return first / BLOCK == size / BLOCK
        ? rest.slice(from, count * width)
        : full.read(first / BLOCK, from, count * width);
  }
}
