package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdCompressCtx;
import io.evomoe.testing.Damage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Damaged files of one to four packed parts: the documents are all there, or the file is refused.
 * Only a file that ends where a part ends is a whole one with fewer documents.
 */
class MutatedPackingTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"jsonl.gz", "csv.gz", "jsonl.zst", "csv.zst"})
  void should_give_all_documents_or_a_sentence_that_names_the_file(String ending)
      throws IOException {
    damage(ending, 40);
  }

  @Tag("campaign")
  @ParameterizedTest
  @ValueSource(strings = {"jsonl.gz", "csv.gz", "jsonl.zst", "csv.zst"})
  void should_do_so_of_thousands_of_files(String ending) throws IOException {
    damage(ending, 1250);
  }

  private void damage(String ending, int files) throws IOException {
    Path file = folder.resolve("a." + ending);
    int refused = 0;
    for (int i = 0; i < files; i++) {
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

      byte[] damaged = Damage.bytes(whole.toByteArray(), random);
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
    assertThat(refused).isGreaterThan(files * 2 / 3);
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

  private static List<String> read(Path file) {
    List<String> documents = new ArrayList<>();
    DataSource.of(file, RecordKind.DOCUMENT, DataForm.DEFAULT)
        .documents(DocumentReader.whole(documents::add));
    return documents;
  }
}
