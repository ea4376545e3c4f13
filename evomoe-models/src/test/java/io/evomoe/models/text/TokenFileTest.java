package io.evomoe.models.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
  private static final int[] MANY = IntStream.range(0, (1 << 20) + 3).map(i -> i % 999).toArray();

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("tokens");
    new TokenFile(
            "two texts",
            List.of(new TokenStream("many", MANY), new TokenStream("wide", new int[] {7, 70_000})))
        .write(file, "key");
  }

  @Test
  void should_give_back_what_was_written() {
    TokenFile read = TokenFile.read(file, "key").orElseThrow();

    assertThat(read.description()).isEqualTo("two texts");
    assertThat(read.streams()).extracting(TokenStream::name).containsExactly("many", "wide");
    assertThat(ids(read.streams().get(0))).isEqualTo(MANY);
    assertThat(ids(read.streams().get(1))).containsExactly(7, 70_000);
    assertThat(TokenFile.has(file, "key")).isTrue();
  }

  @Test
  void should_be_read_by_a_thread_that_is_interrupted_and_by_others_after_it() throws Exception {
    TokenStream many = TokenFile.read(file, "key").orElseThrow().streams().get(0);

    Thread.currentThread().interrupt();
    int[] first = IntStream.range(0, 99).map(many::id).toArray();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(first).isEqualTo(Arrays.copyOf(MANY, first.length));
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<int[]>> read = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        read.add(threads.submit(() -> part(many)));
      }
      for (Future<int[]> ids : read) {
        assertThat(ids.get()).isEqualTo(Arrays.copyOf(MANY, 20_000));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each id by itself, so that threads come between each other. */
  private static int[] part(TokenStream stream) {
    return IntStream.range(0, 20_000).map(stream::id).toArray();
  }

  @Test
  void should_not_be_used_for_anything_else() {
    assertThat(TokenFile.read(file, "another")).isEmpty();
    assertThat(TokenFile.has(file, "another")).isFalse();
    assertThat(TokenFile.read(folder.resolve("none"), "key")).isEmpty();
    assertThat(TokenFile.has(folder.resolve("none"), "key")).isFalse();
  }

  @Test
  void should_not_be_used_when_it_is_cut_off_or_changed_anywhere() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, 20, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(TokenFile.read(file, "key")).as("%d bytes", length).isEmpty();
    }
    for (int place : new int[] {whole.length / 2, whole.length - 6, whole.length - 1}) {
      byte[] changed = whole.clone();
      changed[place] ^= 1;
      Files.write(file, changed);
      assertThat(TokenFile.read(file, "key")).as("byte %d", place).isEmpty();
    }
  }

  @Test
  void should_not_be_used_when_any_bit_of_its_first_line_is_another() throws IOException {
    new TokenFile("two texts", List.of(new TokenStream("few", new int[] {1, 2, 3})))
        .write(file, "key");
    byte[] whole = Files.readAllBytes(file);
    int end = new String(whole, ISO_8859_1).indexOf('\n');

    for (int bit = 0; bit <= end * 8 + 7; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, changed);

      assertThat(TokenFile.read(file, "key")).as("bit %d", bit).isEmpty();
      assertThat(TokenFile.has(file, "key")).as("bit %d", bit).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'name':'a','ids':-1,'bytes':2}",
        "{'name':'a','ids':3,'bytes':0}",
        "{'name':'a','ids':0,'bytes':0}",
        "{'name':'a','ids':3,'bytes':-2}",
        "{'name':'a','ids':3,'bytes':3}",
        "{'name':'a','ids':1.0e30,'bytes':4}",
        "{'name':'a','ids':2147483647,'bytes':4}",
        "{'name':'a','ids':'3','bytes':{}}",
        "3",
        "[]"
      })
  void should_not_be_used_when_its_streams_cannot_be_there(String stream) throws IOException {
    String json =
        "{'version':3,'key':'key','description':'d','streams':[%s]}"
            .formatted(stream)
            .replace('\'', '"');
    byte[] content = (json + "\nids").getBytes(UTF_8);
    CRC32C checksum = new CRC32C();
    checksum.update(content);
    ByteBuffer whole = ByteBuffer.allocate(content.length + Long.BYTES);
    Files.write(file, whole.put(content).putLong(checksum.getValue()).array());

    assertThat(TokenFile.read(file, "key")).isEmpty();
    assertThat(TokenFile.has(file, "key")).isFalse();
  }

  private static int[] ids(TokenStream stream) {
    return IntStream.range(0, stream.size()).map(stream::id).toArray();
  }
}
