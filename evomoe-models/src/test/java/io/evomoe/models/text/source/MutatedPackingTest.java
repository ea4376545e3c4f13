package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files of one to four packed parts, 1,250 of each form: the documents are all there, or
 * the file is refused. Only a file that ends where a part ends is a whole one with fewer documents.
 */
@Tag("campaign")
class MutatedPackingTest {
  private static final int FILES = 1250;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"jsonl.gz", "csv.gz", "jsonl.zst", "csv.zst"})
  void should_give_all_documents_or_a_sentence_that_names_the_file(String ending)
      throws IOException {
    Path file = folder.resolve("a." + ending);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      Random random = new Random(i);
      List<String> documents = new ArrayList<>();
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      TreeSet<Integer> ends = new TreeSet<>();
      for (int parts = 1 + random.nextInt(4); parts > 0; parts--) {
        String text = part(random, documents, ending.startsWith("csv"));
        whole.write(packed(ending, text, random));
        ends.add(whole.size());
      }
      Files.write(file, whole.toByteArray());
      assertThat(read(file)).as("file %d", i).isEqualTo(documents);

      byte[] damaged = damaged(whole.toByteArray(), random);
      if (ends.contains(damaged.length) && damaged.length < whole.size()) {
        continue;
      }
      Files.write(file, damaged);
      try {
        assertThat(read(file)).as("damaged file %d", i).isEqualTo(documents);
      } catch (IllegalArgumentException e) {
        assertThat(e).as("file %d", i).hasMessageStartingWith("text file " + file);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(FILES * 3 / 4);
  }

  /** Lines of JSON or CSV, up to some hundred thousand characters. */
  private static String part(Random random, List<String> documents, boolean csv) {
    StringBuilder lines = new StringBuilder(csv && documents.isEmpty() ? "text\n" : "");
    int length = random.nextInt(40) == 0 ? 300_000 : random.nextInt(5000);
    do {
      String document = Integer.toString(random.nextInt(1 << 20), 36) + " " + documents.size();
      documents.add(document);
      lines.append((csv ? "%s\n" : "{\"text\": \"%s\"}\n").formatted(document));
    } while (lines.length() < length);
    return lines.toString();
  }

  private static byte[] packed(String ending, String text, Random random) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (ending.endsWith("zst")) {
      try (ZstdCompressCtx context = new ZstdCompressCtx()) {
        context.setChecksum(true).setLevel(random.nextInt(5));
        return context.setContentSize(random.nextBoolean()).compress(bytes);
      }
    }
    GzipParameters parameters = new GzipParameters();
    parameters.setCompressionLevel(random.nextInt(10));
    if (random.nextBoolean()) {
      parameters.setFileName("part " + text.length());
      parameters.setComment("a comment");
    }
    parameters.setHeaderCRC(random.nextBoolean());
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GzipCompressorOutputStream(packed, parameters)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] damaged(byte[] whole, Random random) {
    int from = random.nextInt(whole.length);
    int to = Math.min(whole.length, from + 1 + random.nextInt(64));
    byte[] noise = new byte[1 + random.nextInt(64)];
    random.nextBytes(noise);
    byte[] changed = whole.clone();
    switch (random.nextInt(6)) {
      case 0 -> {
        return Arrays.copyOf(whole, from + 1);
      }
      case 1 -> {
        return joined(whole, noise);
      }
      case 2 -> {
        return joined(Arrays.copyOf(whole, from), Arrays.copyOfRange(whole, to, whole.length));
      }
      case 3 -> {
        return joined(
            Arrays.copyOf(whole, from), noise, Arrays.copyOfRange(whole, from, whole.length));
      }
      case 4 -> System.arraycopy(noise, 0, changed, from, Math.min(noise.length, to - from));
      default -> changed[from] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static List<String> read(Path file) {
    List<String> documents = new ArrayList<>();
    DataSource.of(file, RecordKind.DOCUMENT, DataForm.DEFAULT)
        .documents(new WholeDocuments(documents::add));
    return documents;
  }
}
