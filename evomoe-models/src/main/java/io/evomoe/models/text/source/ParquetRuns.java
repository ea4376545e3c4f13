package io.evomoe.models.text.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.format.Encoding;

/** Checks the counts in the encodings of a page, for which the decoders allocate memory. */
final class ParquetRuns {
  /** Groups of eight values that a writer may announce beyond the end of a page. */
  private static final int PADDING = 64;

  /** Values of a block of differences; writers use 128 to 2048. */
  private static final int LARGEST_BLOCK = 1 << 16;

  private ParquetRuns() {}

  /** Checks levels that have their length before them, and moves behind them. */
  static void requireLevels(ByteBuffer page, int values) throws IOException {
    int length = page.order(ByteOrder.LITTLE_ENDIAN).remaining() < 4 ? -1 : page.getInt();
    require(part(page, length), 1, values);
  }

  /** Checks the values of a page, which follow the levels. */
  static void requireValues(ByteBuffer page, Encoding encoding, int values) throws IOException {
    switch (encoding) {
      case PLAIN_DICTIONARY, RLE_DICTIONARY -> {
        if (page.hasRemaining()) {
          require(page, page.get(), values);
        }
      }
      case RLE -> requireLevels(page, values);
      case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY ->
          requireBlocks(page, values);
      default -> {}
    }
  }

  /** Checks runs of equal and of packed values. */
  static void require(ByteBuffer runs, int bits, int values) throws IOException {
    for (long done = 0; done < values && runs.hasRemaining(); ) {
      int header = number(runs);
      int count = header >>> 1;
      if ((header & 1) == 0) {
        part(runs, (bits + 7) / 8);
        done += count;
      } else {
        if (count > (long) runs.remaining() / Math.max(1, bits) + PADDING) {
          throw new IOException(
              "a page has a run of %d groups in %d bytes".formatted(count, runs.remaining()));
        }
        part(runs, Math.min(runs.remaining(), count * bits));
        done += 8L * count;
      }
    }
  }

  private static void requireBlocks(ByteBuffer page, int values) throws IOException {
    int block = number(page);
    int parts = number(page);
    int count = number(page);
    if (block < 0
        || block > LARGEST_BLOCK
        || parts < 1
        || parts > block
        || count < 0
        || count > values) {
      throw new IOException(
          "a page has blocks of %d values in %d parts for %d of %d values"
              .formatted(block, parts, count, values));
    }
  }

  private static ByteBuffer part(ByteBuffer page, int length) throws IOException {
    if (length < 0 || length > page.remaining()) {
      throw new IOException("a page ends too early");
    }
    ByteBuffer part = page.slice(page.position(), length);
    page.position(page.position() + length);
    return part;
  }

  /** Reads a number of one to five bytes. */
  private static int number(ByteBuffer page) throws IOException {
    int number = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte next = part(page, 1).get();
      number |= (next & 0x7f) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IOException("a page has a number of more than five bytes");
  }
}
