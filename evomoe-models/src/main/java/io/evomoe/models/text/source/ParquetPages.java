package io.evomoe.models.text.source;

import static org.apache.parquet.format.CompressionCodec.GZIP;
import static org.apache.parquet.format.CompressionCodec.LZ4_RAW;
import static org.apache.parquet.format.CompressionCodec.SNAPPY;
import static org.apache.parquet.format.CompressionCodec.UNCOMPRESSED;
import static org.apache.parquet.format.CompressionCodec.ZSTD;
import static org.apache.parquet.format.Encoding.RLE;

import com.github.luben.zstd.ZstdInputStream;
import io.evomoe.internal.files.IoReason;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import org.apache.commons.compress.utils.BoundedSeekableByteChannelInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

/** Reads the pages of a column in one row group, one page in memory at a time. */
final class ParquetPages implements PageReader {
  private static final List<CompressionCodec> READ =
      List.of(UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW);

  /** Unpacked bytes that any page may have. */
  private static final int SMALL = 16 << 20;

  /** Maximum compression ratio of a larger page. */
  private static final long MOST_UNPACKED = 1000;

  private final ColumnMetaData chunk;
  private final boolean isOptional;
  private final InputStream in;
  private @Nullable PageHeader header;

  ParquetPages(FileChannel channel, ColumnMetaData chunk, boolean isOptional) throws IOException {
    if (!READ.contains(chunk.getCodec())) {
      throw new IOException(
          "compression must be one of %s, was %s".formatted(READ, chunk.getCodec()));
    }
    this.chunk = chunk;
    this.isOptional = isOptional;
    long start =
        chunk.isSetDictionary_page_offset() && chunk.getDictionary_page_offset() > 0
            ? Math.min(chunk.getDictionary_page_offset(), chunk.getData_page_offset())
            : chunk.getData_page_offset();
    this.in =
        new BufferedInputStream(
            new BoundedSeekableByteChannelInputStream(start, channel.size() - start, channel));
  }

  @Override
  public @Nullable DictionaryPage readDictionaryPage() {
    try {
      header = header();
      if (header.getType() != PageType.DICTIONARY_PAGE) {
        return null;
      }
      PageHeader read = header;
      header = null;
      byte[] values = unpacked(body(read), read.getUncompressed_page_size());
      int count = read.getDictionary_page_header().getNum_values();
      if (count > values.length) {
        throw new IOException(
            "a dictionary has %d values in %d bytes".formatted(count, values.length));
      }
      return new DictionaryPage(
          BytesInput.from(values), count, encoding(read.getDictionary_page_header().getEncoding()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long getTotalValueCount() {
    return chunk.getNum_values();
  }

  @Override
  public DataPage readPage() {
    try {
      while (true) {
        PageHeader read = header == null ? header() : header;
        header = null;
        byte[] body = body(read);
        if (read.getType() == PageType.DATA_PAGE) {
          return version1(read, body);
        }
        if (read.getType() == PageType.DATA_PAGE_V2) {
          return version2(read, body);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DataPage version1(PageHeader page, byte[] body) throws IOException {
    DataPageHeader data = page.getData_page_header();
    byte[] bytes = unpacked(body, page.getUncompressed_page_size());
    ByteBuffer checked = ByteBuffer.wrap(bytes);
    if (isOptional && data.getDefinition_level_encoding() == RLE) {
      ParquetRuns.requireLevels(checked, data.getNum_values());
    }
    ParquetRuns.requireValues(checked, data.getEncoding(), data.getNum_values());
    return new DataPageV1(
        BytesInput.from(bytes),
        data.getNum_values(),
        page.getUncompressed_page_size(),
        null,
        encoding(data.getRepetition_level_encoding()),
        encoding(data.getDefinition_level_encoding()),
        encoding(data.getEncoding()));
  }

  private DataPage version2(PageHeader page, byte[] body) throws IOException {
    DataPageHeaderV2 data = page.getData_page_header_v2();
    int repetitions = data.getRepetition_levels_byte_length();
    int levels = repetitions + data.getDefinition_levels_byte_length();
    byte[] packed = Arrays.copyOfRange(body, levels, body.length);
    byte[] values =
        data.isIs_compressed()
            ? unpacked(packed, page.getUncompressed_page_size() - levels)
            : packed;
    ParquetRuns.require(
        ByteBuffer.wrap(body, repetitions, levels - repetitions), 1, data.getNum_values());
    ParquetRuns.requireValues(ByteBuffer.wrap(values), data.getEncoding(), data.getNum_values());
    return DataPageV2.uncompressed(
        data.getNum_rows(),
        data.getNum_nulls(),
        data.getNum_values(),
        BytesInput.from(body, 0, repetitions),
        BytesInput.from(body, repetitions, levels - repetitions),
        encoding(data.getEncoding()),
        BytesInput.from(values),
        null);
  }

  private PageHeader header() throws IOException {
    try {
      return Util.readPageHeader(in);
    } catch (IOException e) {
      throw ParquetRows.damaged(e);
    }
  }

  private static Encoding encoding(org.apache.parquet.format.Encoding encoding) {
    return Encoding.valueOf(encoding.name());
  }

  private byte[] body(PageHeader page) throws IOException {
    int length = page.getCompressed_page_size();
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new IOException("the file ends inside a page");
    }
    return body;
  }

  private byte[] unpacked(byte[] packed, int length) throws IOException {
    if (chunk.getCodec() == UNCOMPRESSED) {
      return packed;
    }
    if (length > Math.max(SMALL, MOST_UNPACKED * packed.length)) {
      throw new IOException(
          "a page of %d bytes cannot unpack to %d".formatted(packed.length, length));
    }
    byte[] bytes;
    try (InputStream unpacking = unpacking(packed)) {
      bytes = unpacking.readNBytes(length);
    } catch (IOException e) {
      throw new IOException(
          "a page cannot be unpacked from %s: %s".formatted(chunk.getCodec(), IoReason.of(e)), e);
    }
    if (bytes.length != length) {
      throw new IOException(
          "a page must unpack to %d bytes, was %d".formatted(length, bytes.length));
    }
    return bytes;
  }

  private InputStream unpacking(byte[] packed) throws IOException {
    InputStream from = new ByteArrayInputStream(packed);
    return switch (chunk.getCodec()) {
      case SNAPPY -> new SnappyCompressorInputStream(from);
      case GZIP -> new GZIPInputStream(from);
      case ZSTD -> new ZstdInputStream(from);
      default -> new BlockLZ4CompressorInputStream(from);
    };
  }

  /** Checks the counts in the encodings of a page, for which the decoders allocate memory. */
  private static final class ParquetRuns {
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
    static void requireValues(
        ByteBuffer page, org.apache.parquet.format.Encoding encoding, int values)
        throws IOException {
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
}
