package io.evomoe.models.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8TextTest {
  /** What is read at once. */
  private static final int CHUNK = 1 << 16;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "我", "😀", "\r\n"})
  void should_read_what_lies_on_the_edge_of_a_chunk(String odd) throws IOException {
    for (int before = CHUNK - 5; before <= CHUNK + 1; before++) {
      String text = "a".repeat(before) + odd + "b".repeat(CHUNK) + odd;
      Path plain = Files.writeString(folder.resolve("a.txt"), text);
      Path packed = folder.resolve("a.txt.gz");
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }

      assertThat(Utf8Text.read(plain)).isEqualTo(text);
      assertThat(Utf8Text.read(packed)).isEqualTo(text);
    }
  }

  @Test
  void should_reject_a_line_that_is_too_long_before_it_reads_on() throws IOException {
    byte[] bytes = new byte[Utf8Text.LONGEST_RECORD + 4 * CHUNK];
    Arrays.fill(bytes, (byte) 'x');
    byte[] before = "one\r\ntwo\rthree\n".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(before, 0, bytes, 0, before.length);
    bytes[bytes.length - 1] = (byte) 0xE4;
    Path file = Files.write(folder.resolve("a.txt"), bytes);
    List<String> lines = new ArrayList<>();

    assertThatThrownBy(() -> Utf8Text.lines("a.txt", file, (line, number) -> lines.add(line)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a.txt, line 4: must have at most 33,554,432 characters, has more");
    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Test
  void should_not_cut_a_surrogate_pair() throws IOException {
    for (String begin : List.of("", "a", "ab", "abc")) {
      Path file = Files.writeString(folder.resolve("a.txt"), begin + "😀".repeat(CHUNK));
      List<String> chunks = new ArrayList<>();
      Utf8Text.read(file, chunks::add);

      assertThat(chunks).hasSizeGreaterThan(2);
      assertThat(chunks)
          .noneMatch(chunk -> Character.isHighSurrogate(chunk.charAt(chunk.length() - 1)));
      assertThat(String.join("", chunks)).isEqualTo(begin + "😀".repeat(CHUNK));
    }
  }

  @Test
  void should_drop_a_byte_order_mark_at_the_beginning_alone() throws IOException {
    String rest = "a".repeat(CHUNK) + "\ufeff" + "a".repeat(CHUNK) + "\ufeff";

    assertThat(Utf8Text.read(Files.writeString(folder.resolve("a.txt"), "\ufeff" + rest)))
        .isEqualTo(rest);
    assertThat(Utf8Text.read(Files.writeString(folder.resolve("a.txt"), "\ufeff"))).isEmpty();
  }

  @Test
  void should_say_where_bytes_are_not_utf8_in_any_chunk() throws IOException {
    for (int place : new int[] {0, CHUNK - 3, CHUNK - 2, CHUNK - 1, CHUNK, 2 * CHUNK + 7}) {
      byte[] bytes = "a".repeat(place + 4).getBytes(StandardCharsets.UTF_8);
      bytes[place] = (byte) 0xE4;
      assertRefused(bytes, "malformed byte 0xE4 at offset " + place);

      byte[] cutOff = "a".repeat(place + 2).getBytes(StandardCharsets.UTF_8);
      cutOff[place] = (byte) 0xE6;
      cutOff[place + 1] = (byte) 0x88;
      assertRefused(cutOff, "malformed byte 0xE6 at offset " + place);
    }
  }

  private void assertRefused(byte[] bytes, String why) throws IOException {
    Path file = Files.write(folder.resolve("a.txt"), bytes);
    assertThatThrownBy(() -> Utf8Text.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text file %s is not UTF-8: %s (line 1)".formatted(file, why));
  }
}
