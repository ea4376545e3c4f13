package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.TextStream.IncrementalText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tokens that are single bytes, so that all characters but those of ASCII span tokens. */
class IncrementalTextTest {
  private static final String TEXT = "Straße, 東京 🚀🚀 naïve — end";

  @Test
  void should_give_whole_characters_that_join_to_the_text() {
    IncrementalText increments = increments();
    List<String> given = new ArrayList<>();
    for (int id : Bytes.INSTANCE.encode(TEXT)) {
      given.add(increments.add(id));
    }

    assertThat(String.join("", given) + increments.end()).isEqualTo(TEXT);
    assertThat(given).noneMatch(more -> more.contains("\uFFFD"));
    assertThat(given.stream().filter(more -> !more.isEmpty()))
        .containsExactly(TEXT.codePoints().mapToObj(Character::toString).toArray(String[]::new));
  }

  @Test
  void should_give_what_decoding_gives_for_bytes_that_are_no_text() {
    int[] ids = {0xC3, 0x28, 0xFF, 'a', 0xE6, 0x9D, 'b', 0xF0, 0x9F};
    IncrementalText increments = increments();
    StringBuilder given = new StringBuilder();
    for (int id : ids) {
      given.append(increments.add(id));
    }

    assertThat(given + increments.end()).isEqualTo(Bytes.INSTANCE.decode(ids));
    assertThat(increments.newIds()).isEqualTo(IntStream.of(ids).boxed().toList());
  }

  @Test
  void should_give_bytes_that_are_no_text_as_they_come() {
    int[] ids = new int[1000];
    Arrays.setAll(ids, i -> i % 100 < 90 ? 0x80 + i % 64 : i % 4 == 0 ? 'a' : 0xE6);
    IncrementalText increments = increments();
    StringBuilder given = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      given.append(increments.add(ids[i]));
      String whole = Bytes.INSTANCE.decode(Arrays.copyOf(ids, i + 1));
      assertThat(given).hasSizeGreaterThanOrEqualTo(whole.length() - 3);
    }

    assertThat(given + increments.end()).isEqualTo(Bytes.INSTANCE.decode(ids));
  }

  @Test
  void should_end_before_the_first_stop_string_that_spans_tokens() {
    IncrementalText increments = increments("京 🚀", "naïve");
    StringBuilder given = new StringBuilder();
    for (int id : Bytes.INSTANCE.encode(TEXT)) {
      if (!increments.isStopped()) {
        given.append(increments.add(id));
      }
    }

    assertThat(increments.isStopped()).isTrue();
    assertThat(given + increments.end()).isEqualTo("Straße, 東");
  }

  @Test
  void should_hold_back_the_beginning_of_a_stop_string_until_it_ends_otherwise() {
    IncrementalText increments = increments("aab");

    assertThat(increments.add('a')).isEmpty();
    assertThat(increments.add('a')).isEmpty();
    assertThat(increments.add('a')).isEqualTo("a");
    assertThat(increments.add('c')).isEqualTo("aac");
    assertThat(increments.add('a')).isEmpty();
    assertThat(increments.end()).isEqualTo("a");
    assertThat(increments.isStopped()).isFalse();
  }

  private static IncrementalText increments(String... stops) {
    return new IncrementalText(Bytes.INSTANCE, Bytes.INSTANCE.encode("東京: "), List.of(stops));
  }

  private enum Bytes implements Tokenizer {
    INSTANCE;

    @Override
    public int[] encode(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
    }

    @Override
    public String decode(int[] ids) {
      byte[] bytes = new byte[ids.length];
      for (int i = 0; i < ids.length; i++) {
        bytes[i] = (byte) ids[i];
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public int vocabularySize() {
      return 257;
    }

    @Override
    public int endOfText() {
      return 256;
    }
  }
}
