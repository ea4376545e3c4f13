package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextProgressTest {
  private final List<String> told = new ArrayList<>();
  private final TextProgress progress =
      (work, done, all) -> told.add("%s %d/%d".formatted(work, done, all));

  @Test
  void should_be_told_of_each_text_and_each_token_of_a_vocabulary() {
    BytePairVocabulary.train(List.of("ab ab ab", "", "ab"), 259, SpecialTokens.GPT, progress);

    assertThat(told)
        .containsExactly(
            "Counting words 8/10",
            "Counting words 10/10",
            "Learning the vocabulary 258/259",
            "Learning the vocabulary 259/259");
  }
}
