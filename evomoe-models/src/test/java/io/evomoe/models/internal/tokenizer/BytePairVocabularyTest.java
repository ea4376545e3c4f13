package io.evomoe.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.SlowBytePairs;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairVocabularyTest {
  private static final String TEXT =
      """
      The people of the United States, and the States themselves, hold the power. It's the people's
      power: 1790, 1791, 1792, 1793. aaaa aaa aaaaa banana bananas; the State of the Union
      is the state of the people. 自由 自由 自由 naïve naïve café café 😀😀 😀😀
      """;

  @Test
  void should_learn_the_merges_of_a_loop_that_recounts_everything() {
    BytePairVocabulary vocabulary =
        BytePairVocabulary.train(List.of(TEXT), 257 + 50, SpecialTokens.GPT, TextProgress.NONE);

    assertThat(vocabulary.merges())
        .isEqualTo(SlowBytePairs.train(TEXT, 50, ByteAlphabet.symbols()));
    assertThat(vocabulary.size()).isEqualTo(257 + 50);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void should_learn_the_same_of_long_words_whose_pairs_overlap(int letters) {
    for (int seed = 0; seed < 10; seed++) {
      CounterRandom random = new CounterRandom(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 2000; i++) {
        boolean space = i % 1000 == 777;
        text.append(space ? ' ' : (char) ('a' + (int) (letters * random.uniform(i))));
      }
      List<String> learnt =
          BytePairVocabulary.train(
                  List.of(text.toString()), 257 + 8 * letters, SpecialTokens.GPT, TextProgress.NONE)
              .merges();

      assertThat(learnt)
          .as("seed %d", seed)
          .isEqualTo(SlowBytePairs.train(text.toString(), learnt.size(), ByteAlphabet.symbols()));
    }
  }

  @Test
  void should_merge_the_most_frequent_pair_first() {
    assertThat(
            BytePairVocabulary.train(
                    List.of("xy xy xy ab ab"), 258, SpecialTokens.GPT, TextProgress.NONE)
                .merges())
        .containsExactly("x y");
  }

  @Test
  void should_break_ties_by_the_lower_left_id_and_then_the_lower_right_id() {
    List<String> merges =
        BytePairVocabulary.train(
                List.of("cd\ncd\nab\nab\nac\nac"), 260, SpecialTokens.GPT, TextProgress.NONE)
            .merges();

    assertThat(merges).containsExactly("a b", "a c", "c d");
  }

  @Test
  void should_number_the_bytes_as_gpt2_does_and_put_end_of_text_last() {
    BytePairVocabulary vocabulary =
        BytePairVocabulary.train(
            List.of("no pair twice"), 257, SpecialTokens.GPT, TextProgress.NONE);

    assertThat(vocabulary.size()).isEqualTo(257);
    assertThat(vocabulary.tokens()).hasSize(256).doesNotHaveDuplicates();
    assertThat(vocabulary.tokens().get(0)).isEqualTo("!");
    assertThat(vocabulary.tokens().get(32)).isEqualTo("A");
    assertThat(vocabulary.tokens().get(188)).isEqualTo("Ā");
    assertThat(vocabulary.tokens().get(220)).isEqualTo("Ġ");
  }

  @Test
  void should_give_a_smaller_vocabulary_when_the_text_has_too_few_pairs() {
    assertThat(
            BytePairVocabulary.train(List.of("abab ab"), 1000, SpecialTokens.GPT, TextProgress.NONE)
                .tokens())
        .endsWith("ab")
        .hasSize(257);
  }

  @Test
  void should_not_depend_on_the_order_of_the_texts() {
    List<String> lines = TEXT.lines().toList();
    List<String> reversed = new ArrayList<>(lines);
    Collections.reverse(reversed);

    assertThat(
            BytePairVocabulary.train(reversed, 300, SpecialTokens.GPT, TextProgress.NONE).merges())
        .isEqualTo(
            BytePairVocabulary.train(lines, 300, SpecialTokens.GPT, TextProgress.NONE).merges());
  }

  @Test
  void should_never_merge_inside_or_across_end_of_text() {
    List<String> texts = List.of("a<|endoftext|>b", "a<|endoftext|>b", "a<|endoftext|>b");

    assertThat(BytePairVocabulary.train(texts, 400, SpecialTokens.GPT, TextProgress.NONE).merges())
        .isEmpty();
  }

  @Test
  void should_refuse_a_vocabulary_without_room_for_the_bytes() {
    assertThatThrownBy(
            () ->
                BytePairVocabulary.train(
                    List.of("text"), 256, SpecialTokens.GPT, TextProgress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vocabulary size must be at least 257 (256 bytes and <|endoftext|>), was 256");
  }
}
