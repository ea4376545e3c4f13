package io.evomoe.models.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.AsciiTokenizer;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.nn.TokenBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedTextsTest {
  private static final Tokenizer TOKENIZER = new AsciiTokenizer();
  private static final int A = 'a' + 4;
  private static final int B = 'b' + 4;

  @Test
  void should_end_or_enclose_a_text() {
    assertThat(EncodedTexts.ended(List.of("ab", ""), TOKENIZER, 8, TextProgress.NONE).ids(0))
        .containsExactly(A, B, 2);
    assertThat(EncodedTexts.ended(List.of("ab", ""), TOKENIZER, 8, TextProgress.NONE).ids(1))
        .containsExactly(2);
    assertThat(EncodedTexts.enclosed(List.of("ab"), TOKENIZER, 8).ids(0))
        .containsExactly(0, A, B, 2);
  }

  @Test
  void should_cut_the_last_tokens_but_never_the_end() {
    EncodedTexts texts = EncodedTexts.enclosed(List.of("aab", "ab", "abaaa"), TOKENIZER, 4);

    assertThat(texts.ids(0)).containsExactly(0, A, A, 2);
    assertThat(texts.ids(1)).containsExactly(0, A, B, 2);
    assertThat(texts.ids(2)).containsExactly(0, A, B, 2);
    assertThat(texts.isCut(0)).isTrue();
    assertThat(texts.isCut(1)).isFalse();
    assertThat(texts.cut()).isEqualTo(2);
  }

  @Test
  void should_pad_to_a_multiple_of_eight_but_not_beyond_the_limit() {
    EncodedTexts texts =
        EncodedTexts.ended(
            List.of("", "a".repeat(7), "a".repeat(8), "a".repeat(18), "a".repeat(99)),
            TOKENIZER,
            20,
            TextProgress.NONE);

    assertThat(List.of(0, 1, 2, 3, 4).stream().map(texts::paddedLength))
        .containsExactly(8, 8, 16, 20, 20);
  }

  @Test
  void should_flag_exactly_what_it_fills_up() {
    EncodedTexts texts =
        EncodedTexts.ended(List.of("ab", "aaaaaaaaa"), TOKENIZER, 100, TextProgress.NONE);

    TokenBatch batch = texts.batch(new int[] {1, 0});

    assertThat(batch.length()).isEqualTo(16);
    assertThat(batch.sequences()).isEqualTo(2);
    for (int s = 0; s < batch.size(); s++) {
      boolean padding = s % 16 >= (s < 16 ? 10 : 3);
      assertThat(batch.isPadding(s)).as("token %d", s).isEqualTo(padding);
      assertThat(batch.id(s) == 1).as("token %d", s).isEqualTo(padding);
    }
    assertThat(batch.realTokens()).isEqualTo(13);
  }

  @Test
  void should_have_no_padding_where_all_texts_fill_the_length() {
    EncodedTexts texts =
        EncodedTexts.ended(List.of("abababa", "aaaaaaa"), TOKENIZER, 100, TextProgress.NONE);

    assertThat(texts.batch(new int[] {0, 1}).realTokens()).isEqualTo(16);
  }

  @Test
  void should_count_tokens_without_padding() {
    EncodedTexts texts = EncodedTexts.ended(List.of("ab", "b"), TOKENIZER, 100, TextProgress.NONE);

    assertThat(texts.stream().toArray()).containsExactly(A, B, 2, B, 2);
  }

  @Test
  void should_refuse_a_limit_without_room_for_a_token() {
    assertThatThrownBy(() -> EncodedTexts.ended(List.of("a"), TOKENIZER, 1, TextProgress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token limit must be at least 2, was 1");
    assertThatThrownBy(() -> EncodedTexts.enclosed(List.of("a"), TOKENIZER, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token limit must be at least 3, was 2");
  }
}
