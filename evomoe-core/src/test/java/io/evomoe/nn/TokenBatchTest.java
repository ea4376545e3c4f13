package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBatchTest {
  private static final boolean[] PADDING = {false, true, false, false, true, true};

  @Test
  void should_count_sequences_and_real_tokens() {
    TokenBatch padded = new TokenBatch(3, new int[] {5, 0, 7, 8, 0, 0}, PADDING);

    assertThat(padded.sequences()).isEqualTo(2);
    assertThat(padded.length()).isEqualTo(3);
    assertThat(padded.size()).isEqualTo(6);
    assertThat(padded.realTokens()).isEqualTo(3);
    assertThat(padded.realRows()).containsExactly(0, 2, 3);
    assertThat(padded.isPadding(1)).isTrue();
    assertThat(padded.isPadding(2)).isFalse();
    assertThat(padded.id(3)).isEqualTo(8);
    assertThat(TokenBatch.of(3, new int[6]).realTokens()).isEqualTo(6);
    assertThat(TokenBatch.of(3, new int[6]).isPadding(5)).isFalse();
  }

  @Test
  void should_not_be_changed_from_outside() {
    int[] ids = {1, 2, 3, 4, 5, 6};
    boolean[] padding = PADDING.clone();
    TokenBatch batch = new TokenBatch(3, ids, padding);
    ids[0] = 9;
    padding[0] = true;
    batch.ids()[1] = 9;

    assertThat(batch.ids()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(batch.isPadding(0)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, 6", "-1, 6", "4, 6", "7, 6", "1, 0"})
  void should_refuse_a_length_that_does_not_divide_the_tokens(int length, int tokens) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenBatch.of(length, new int[tokens]))
        .withMessage("length must be at least 1 and divide the %d tokens, was %d", tokens, length);
  }

  @Test
  void should_refuse_padding_of_another_size() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenBatch(2, new int[4], PADDING))
        .withMessage("padding must have one flag a token (4), had 6");
  }
}
