package io.evomoe.models.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Ids in blocks of two or four bytes each, in memory or mapped from a file, so that a long text
 * takes no more than that while it is encoded and after it.
 */
final class TokenIds {
  /** Ids of a block: all but the last are full. */
  private static final int BLOCK = 1 << 20;

  private static final int FIRST_ROOM = 1 << 10;
  private static final int IDS_OF_TWO_BYTES = 1 << 16;

  private final int width;
  private final List<ByteBuffer> blocks = new ArrayList<>();
  private int size;

  private TokenIds(int width) {
    this.width = width;
  }

  /** No ids yet. */
  static TokenIds empty(int vocabulary) {
    return new TokenIds(vocabulary <= IDS_OF_TWO_BYTES ? Character.BYTES : Integer.BYTES);
  }

  /** Ids that there are. */
  static TokenIds of(int[] ids) {
    boolean small = IntStream.of(ids).allMatch(id -> id >= 0 && id < IDS_OF_TWO_BYTES);
    TokenIds all = new TokenIds(small ? Character.BYTES : Integer.BYTES);
    all.add(ids);
    return all;
  }

  /**
   * Ids of a file, which are read when they are asked for.
   *
   * @param width bytes of an id, 2 or 4
   */
  static TokenIds mapped(FileChannel file, long position, int size, int width) throws IOException {
    TokenIds ids = new TokenIds(width);
    for (int first = 0; first < size; first += BLOCK) {
      long length = (long) Math.min(BLOCK, size - first) * width;
      ids.blocks.add(
          file.map(FileChannel.MapMode.READ_ONLY, position + (long) first * width, length));
    }
    ids.size = size;
    return ids;
  }

  /** Bytes of an id. */
  int width() {
    return width;
  }

  /** Number of ids. */
  int size() {
    return size;
  }

  /** Puts ids behind those that there are. */
  void add(int... more) {
    if (size > Integer.MAX_VALUE - more.length) {
      throw new IllegalArgumentException(
          "a text must have at most %d tokens, has more".formatted(Integer.MAX_VALUE));
    }
    for (int id : more) {
      ByteBuffer block = blockWithRoom();
      if (width == Character.BYTES) {
        block.putChar((char) id);
      } else {
        block.putInt(id);
      }
      size++;
    }
  }

  private ByteBuffer blockWithRoom() {
    if (size % BLOCK == 0) {
      blocks.add(ByteBuffer.allocate(FIRST_ROOM * width));
    }
    int last = blocks.size() - 1;
    ByteBuffer block = blocks.get(last);
    if (!block.hasRemaining()) {
      int room = last > 0 ? BLOCK * width : Math.min(2 * block.capacity(), BLOCK * width);
      block = ByteBuffer.allocate(room).put(block.flip());
      blocks.set(last, block);
    }
    return block;
  }

  /** Id {@code i}. */
  int id(int i) {
    ByteBuffer block = blocks.get(i / BLOCK);
    int place = i % BLOCK * width;
    return width == Character.BYTES ? block.getChar(place) : block.getInt(place);
  }

  /** All ids in their order. */
  IntStream stream() {
    return IntStream.range(0, size).map(this::id);
  }

  /** Writes all ids, as {@link #mapped} reads them. */
  void write(WritableByteChannel target) throws IOException {
    for (int i = 0; i < blocks.size(); i++) {
      ByteBuffer bytes = bytes(i);
      while (bytes.hasRemaining()) {
        target.write(bytes);
      }
    }
  }

  /** CRC-32C of what {@link #write} writes. */
  long checksum() {
    CRC32C checksum = new CRC32C();
    for (int i = 0; i < blocks.size(); i++) {
      checksum.update(bytes(i));
    }
    return checksum.getValue();
  }

  private ByteBuffer bytes(int block) {
    int bytes = Math.min(BLOCK, size - block * BLOCK) * width;
    return blocks.get(block).duplicate().position(0).limit(bytes);
  }
}
