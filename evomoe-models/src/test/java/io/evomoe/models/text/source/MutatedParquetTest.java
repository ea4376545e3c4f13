package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.management.ThreadMXBean;
import io.evomoe.testing.Damage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Damaged Parquet files: all rows are there, or the file is rejected in a sentence, in little
 * memory. Parquet has no checksums, so a text may be another one.
 */
@Tag("long")
class MutatedParquetTest {
  private static final int ROWS = 4500;
  private static final long MOST_BYTES = 64_000_000;
  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final List<String> OPTIONS =
      List.of(
          "COMPRESSION uncompressed, PARQUET_VERSION V1",
          "COMPRESSION uncompressed, PARQUET_VERSION V2",
          "COMPRESSION snappy, PARQUET_VERSION V1",
          "COMPRESSION gzip, PARQUET_VERSION V2",
          "COMPRESSION zstd, PARQUET_VERSION V1",
          "COMPRESSION lz4_raw, PARQUET_VERSION V2");
  private static final byte[][] BOMBS = {
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
    {(byte) 0xfc, (byte) 0xff, (byte) 0xff, (byte) 0xff, 3},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x1f},
    {0, 0, 0, 0, 0},
    {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x40},
  };

  @TempDir private static Path folder;
  private static final List<byte[]> WHOLE = new ArrayList<>();

  /** A part of a file to damage. */
  enum Part {
    ANY {
      @Override
      byte[] damaged(byte[] whole, Random random) {
        return Damage.bytes(whole, random);
      }
    },
    FOOTER_BYTES {
      @Override
      byte[] damaged(byte[] whole, Random random) {
        int start = footerStart(whole);
        return bomb(whole, start + random.nextInt(whole.length - 8 - start), random);
      }
    },
    FOOTER_FIELDS {
      @Override
      byte[] damaged(byte[] whole, Random random) throws IOException {
        FileMetaData footer = footer(whole);
        change(footer, random);
        return withFooter(Arrays.copyOf(whole, footerStart(whole)), footer);
      }
    },
    PAGE_HEADER {
      @Override
      byte[] damaged(byte[] whole, Random random) throws IOException {
        return page(whole, random, true);
      }
    },
    PAGE_BEGIN {
      @Override
      byte[] damaged(byte[] whole, Random random) throws IOException {
        return page(whole, random, false);
      }
    };

    abstract byte[] damaged(byte[] whole, Random random) throws IOException;
  }

  @BeforeAll
  static void be_quiet() {
    ((Logger) LoggerFactory.getLogger("org.apache.parquet")).setLevel(Level.WARN);
  }

  private static List<byte[]> wholeFiles() throws IOException, SQLException {
    if (WHOLE.isEmpty()) {
      Random random = new Random(3);
      List<List<Object>> rows = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        rows.add(
            Arrays.asList(
                i % 7 == 0 ? null : i % 5,
                i % 11 == 0
                    ? null
                    : i < ROWS / 2 ? "text " + i % 9 : "text " + random.nextInt(1 << 30)));
      }
      for (String options : OPTIONS) {
        Path file = folder.resolve("whole.parquet");
        WrittenForms.parquet(
            file,
            List.of("label INTEGER", "text VARCHAR"),
            rows,
            options + ", ROW_GROUP_SIZE 2048");
        WHOLE.add(Files.readAllBytes(file));
      }
    }
    return WHOLE;
  }

  @ParameterizedTest
  @EnumSource
  void should_give_all_rows_or_a_sentence_that_names_the_file(Part part) throws Exception {
    damage(part, 24);
  }

  @Tag("campaign")
  @ParameterizedTest
  @EnumSource
  @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_do_so_of_thousands_of_files(Part part) throws Exception {
    damage(part, 500);
  }

  private static void damage(Part part, int files) throws Exception {
    TreeMap<String, Integer> counts = new TreeMap<>();
    long longest = 0;
    long most = 0;
    Path file = folder.resolve("damaged.parquet");
    for (byte[] whole : wholeFiles()) {
      Files.write(file, whole);
      assertThat(rows(file)).isEqualTo(ROWS);
    }
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      byte[] damaged = part.damaged(WHOLE.get(i % WHOLE.size()), new Random(i));
      Files.write(file, damaged);
      long began = System.nanoTime();
      long before = MEMORY.getCurrentThreadAllocatedBytes();
      try {
        counts.merge(isRead(file) ? "read" : "rejected", 1, Integer::sum);
      } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
        faults.add("file %d: %s".formatted(i, e));
      }
      long allocated = MEMORY.getCurrentThreadAllocatedBytes() - before;
      if (allocated > MOST_BYTES) {
        faults.add("file %d: %d bytes allocated".formatted(i, allocated));
      }
      most = Math.max(most, allocated);
      longest = Math.max(longest, System.nanoTime() - began);
    }
    System.out.printf(
        "%s: %s, at most %d ms and %d kB%n", part, counts, longest / 1_000_000, most / 1000);
    assertThat(faults).isEmpty();
  }

  private static boolean isRead(Path file) {
    try {
      assertThat(rows(file)).as("rows").isEqualTo(ROWS);
      return true;
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage())
          .startsWith("class file " + file)
          .hasLineCount(1)
          .hasSizeLessThan(400)
          .doesNotContainPattern("[a-z]\\.[a-z]+\\.[A-Z]|Exception|Error|Stream\\b");
      return false;
    }
  }

  private static long rows(Path file) {
    String name = "class file " + file;
    DataForm skipping = DataForm.DEFAULT.with(f -> f.skipBadLines(true));
    RecordFormat.Request request = new RecordFormat.Request(name, file, RecordKind.CLASS, skipping);
    RecordSink sink = new RecordSink(request, "row", record -> {});
    AtomicLong rows = new AtomicLong();
    ParquetRows.read(
        request,
        (row, values) -> {
          rows.incrementAndGet();
          sink.add(row, values);
        });
    return rows.get();
  }

  private static int footerStart(byte[] file) {
    return file.length
        - 8
        - ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
  }

  private static FileMetaData footer(byte[] file) throws IOException {
    int start = footerStart(file);
    return Util.readFileMetaData(new ByteArrayInputStream(file, start, file.length - 8 - start));
  }

  private static byte[] withFooter(byte[] pages, FileMetaData footer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, bytes);
    ByteBuffer tail = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    tail.putInt(bytes.size()).put("PAR1".getBytes(StandardCharsets.US_ASCII));
    return Damage.joined(pages, bytes.toByteArray(), tail.array());
  }

  private static byte[] bomb(byte[] whole, int at, Random random) {
    byte[] bomb = BOMBS[random.nextInt(BOMBS.length)];
    byte[] changed = whole.clone();
    System.arraycopy(bomb, 0, changed, at, Math.min(bomb.length, whole.length - at));
    return changed;
  }

  private static long number(long was, Random random) {
    long[] all = {
      0,
      1,
      -1,
      was + 1,
      was - 1,
      was / 2,
      was * 2,
      -was,
      Integer.MAX_VALUE,
      Integer.MIN_VALUE,
      Long.MAX_VALUE,
      Long.MIN_VALUE,
      random.nextLong(),
      random.nextInt(100_000)
    };
    return all[random.nextInt(all.length)];
  }

  private static void change(FileMetaData footer, Random random) {
    RowGroup group = footer.getRow_groups().get(random.nextInt(footer.getRow_groupsSize()));
    ColumnMetaData chunk = group.getColumns().get(random.nextInt(2)).getMeta_data();
    SchemaElement element = footer.getSchema().get(random.nextInt(3));
    switch (random.nextInt(17)) {
      case 0 -> footer.setNum_rows(number(footer.getNum_rows(), random));
      case 1 -> group.setNum_rows(number(group.getNum_rows(), random));
      case 2 -> chunk.setNum_values(number(chunk.getNum_values(), random));
      case 3 -> chunk.setData_page_offset(number(chunk.getData_page_offset(), random));
      case 4 -> chunk.setDictionary_page_offset(number(chunk.getDictionary_page_offset(), random));
      case 5 -> chunk.setCodec(any(CompressionCodec.values(), random));
      case 6 -> chunk.setPath_in_schema(random.nextBoolean() ? List.of() : List.of("label"));
      case 7 -> chunk.setType(any(Type.values(), random));
      case 8 -> element.setType(any(Type.values(), random));
      case 9 -> element.setRepetition_type(any(FieldRepetitionType.values(), random));
      case 10 -> element.setNum_children((int) number(element.getNum_children(), random));
      case 11 -> element.setName(List.of("", "text", "label", "root").get(random.nextInt(4)));
      case 12 -> footer.getRow_groups().remove(group);
      case 13 -> footer.getRow_groups().add(group);
      case 14 -> footer.getSchema().remove(element);
      case 15 -> footer.setSchema(deep(footer, random.nextInt(50_000)));
      default -> group.getColumns().remove(random.nextInt(2));
    }
  }

  private static List<SchemaElement> deep(FileMetaData footer, int levels) {
    List<SchemaElement> schema = new ArrayList<>(footer.getSchema());
    for (int i = 0; i < levels; i++) {
      SchemaElement level = new SchemaElement("n");
      level.setNum_children(1);
      schema.add(1, level);
    }
    return schema;
  }

  private static byte[] page(byte[] whole, Random random, boolean ofHeader) throws IOException {
    FileMetaData footer = footer(whole);
    RowGroup group = footer.getRow_groups().get(random.nextInt(footer.getRow_groupsSize()));
    ColumnMetaData chunk = group.getColumns().get(random.nextInt(2)).getMeta_data();
    boolean dictionary =
        chunk.isSetDictionary_page_offset()
            && chunk.getDictionary_page_offset() > 0
            && random.nextBoolean();
    int start =
        (int) (dictionary ? chunk.getDictionary_page_offset() : chunk.getData_page_offset());
    ByteArrayInputStream in = new ByteArrayInputStream(whole, start, whole.length - start);
    PageHeader header = Util.readPageHeader(in);
    int body = whole.length - in.available();
    if (!ofHeader) {
      return bomb(whole, body + random.nextInt(Math.min(24, whole.length - body)), random);
    }
    if (random.nextInt(4) == 0) {
      return bomb(whole, start + random.nextInt(body - start), random);
    }
    change(header, random);
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    Util.writePageHeader(header, changed);
    move(footer, start, changed.size() - (body - start));
    return withFooter(
        Damage.joined(
            Arrays.copyOf(whole, start),
            changed.toByteArray(),
            Arrays.copyOfRange(whole, body, footerStart(whole))),
        footer);
  }

  private static <E> E any(E[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  private static void change(PageHeader header, Random random) {
    Encoding encoding = any(Encoding.values(), random);
    int which = random.nextInt(9);
    if (which == 0) {
      header.setType(any(PageType.values(), random));
    } else if (which == 1) {
      header.setUncompressed_page_size((int) number(header.getUncompressed_page_size(), random));
    } else if (which == 2) {
      header.setCompressed_page_size((int) number(header.getCompressed_page_size(), random));
    } else if (header.isSetDictionary_page_header()) {
      var page = header.getDictionary_page_header();
      if (which < 6) {
        page.setNum_values((int) number(page.getNum_values(), random));
      } else {
        page.setEncoding(encoding);
      }
    } else if (header.isSetData_page_header()) {
      var page = header.getData_page_header();
      switch (which) {
        case 3, 4, 5 -> page.setNum_values((int) number(page.getNum_values(), random));
        case 6 -> page.setDefinition_level_encoding(encoding);
        case 7 -> page.setRepetition_level_encoding(encoding);
        default -> page.setEncoding(encoding);
      }
    } else {
      var page = header.getData_page_header_v2();
      switch (which) {
        case 3 -> page.setNum_values((int) number(page.getNum_values(), random));
        case 4 -> page.setNum_nulls((int) number(page.getNum_nulls(), random));
        case 5 -> page.setNum_rows((int) number(page.getNum_rows(), random));
        case 6 ->
            page.setDefinition_levels_byte_length(
                (int) number(page.getDefinition_levels_byte_length(), random));
        case 7 ->
            page.setRepetition_levels_byte_length(
                (int) number(page.getRepetition_levels_byte_length(), random));
        default -> page.setEncoding(encoding);
      }
    }
  }

  private static void move(FileMetaData footer, long start, int by) {
    for (RowGroup group : footer.getRow_groups()) {
      for (var column : group.getColumns()) {
        ColumnMetaData chunk = column.getMeta_data();
        if (chunk.getData_page_offset() > start) {
          chunk.setData_page_offset(chunk.getData_page_offset() + by);
        }
        if (chunk.getDictionary_page_offset() > start) {
          chunk.setDictionary_page_offset(chunk.getDictionary_page_offset() + by);
        }
      }
    }
  }
}
