package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class Gpt2PreTokenizerTest {

  @Test
  void should_keep_contractions_letters_numbers_and_signs_apart() {
    assertThat(Gpt2PreTokenizer.words("We've 12 naïve ideas!? 'Tis x's"))
        .containsExactly("We", "'ve", " 12", " naïve", " ideas", "!?", " '", "Tis", " x", "'s");
  }

  @Test
  void should_leave_the_last_space_of_a_run_to_the_next_word() {
    assertThat(Gpt2PreTokenizer.words("a   b  \n c"))
        .containsExactly("a", "  ", " b", "  \n", " c");
  }

  @ParameterizedTest
  @FieldSource("io.evomoe.models.text.OddText#SAMPLES")
  void should_lose_nothing(String text) {
    assertThat(String.join("", Gpt2PreTokenizer.words(text).toList())).isEqualTo(text);
  }

  @Test
  void should_know_the_spaces_of_the_pattern() {
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      boolean space = Character.toString(c).matches("(?U)\\s");
      assertThat(Gpt2PreTokenizer.isSpace((char) c)).as("U+%04X", c).isEqualTo(space);
    }
  }
}
