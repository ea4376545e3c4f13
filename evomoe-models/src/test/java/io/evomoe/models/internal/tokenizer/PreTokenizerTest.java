package io.evomoe.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PreTokenizerTest {

  @Test
  void should_keep_contractions_letters_numbers_and_signs_apart() {
    assertThat(PreTokenizer.GPT2.words("We've 12 naïve ideas!? 'Tis x's"))
        .containsExactly("We", "'ve", " 12", " naïve", " ideas", "!?", " '", "Tis", " x", "'s");
  }

  @Test
  void should_leave_the_last_space_of_a_run_to_the_next_word() {
    assertThat(PreTokenizer.GPT2.words("a   b  \n c"))
        .containsExactly("a", "  ", " b", "  \n", " c");
  }

  @Test
  void should_find_contractions_in_any_case_since_gpt4() {
    for (PreTokenizer since : List.of(PreTokenizer.LLAMA3, PreTokenizer.QWEN2)) {
      assertThat(since.words("(We'Ve I'LL x'stop (it"))
          .containsExactly("(We", "'Ve", " I", "'LL", " x", "'s", "top", " (", "it");
    }
    assertThat(PreTokenizer.GPT2.words("We'Ve I'LL"))
        .containsExactly("We", "'", "Ve", " I", "'", "LL");
  }

  @Test
  void should_keep_digits_in_groups_of_three_or_one_since_gpt4() {
    assertThat(PreTokenizer.LLAMA3.words("a 1234567")).containsExactly("a", " ", "123", "456", "7");
    assertThat(PreTokenizer.QWEN2.words("a 123")).containsExactly("a", " ", "1", "2", "3");
    assertThat(PreTokenizer.GPT2.words("a 1234567")).containsExactly("a", " 1234567");
  }

  @Test
  void should_keep_line_ends_apart_since_gpt4() {
    for (PreTokenizer since : List.of(PreTokenizer.LLAMA3, PreTokenizer.QWEN2)) {
      assertThat(since.words("end.\r\n\n  \n  b"))
          .containsExactly("end", ".\r\n\n", "  \n", " ", " b");
    }
  }

  @ParameterizedTest
  @FieldSource("io.evomoe.models.text.OddText#SAMPLES")
  void should_lose_nothing(String text) {
    for (PreTokenizer splitter : PreTokenizer.values()) {
      assertThat(String.join("", splitter.words(text).toList())).isEqualTo(text);
    }
  }

  @Test
  void should_be_found_by_the_expression_of_a_file_and_by_no_other() {
    for (PreTokenizer splitter : PreTokenizer.values()) {
      String expression = splitter.word().pattern();
      assertThat(PreTokenizer.of(expression)).hasValue(splitter);
      for (int i = 0; i < expression.length(); i++) {
        String without = expression.substring(0, i) + expression.substring(i + 1);
        assertThat(PreTokenizer.of(without)).isEmpty();
      }
    }
  }

  @Test
  void should_know_the_spaces_of_the_pattern() {
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      boolean space = Character.toString(c).matches("(?U)\\s");
      assertThat(PreTokenizer.isSpace((char) c)).as("U+%04X", c).isEqualTo(space);
    }
  }
}
