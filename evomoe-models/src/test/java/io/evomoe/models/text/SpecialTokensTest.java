package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SpecialTokensTest {
  private static final TextCorpus TEXT =
      new TextCorpus("train", List.of("the state of the union, the union of the states"));
  private static final int VOCABULARY = 275;

  @TempDir private Path folder;

  @Test
  void should_have_the_ids_of_roberta() {
    BpeTokenizer tokenizer = train();
    assertThat(tokenizer.vocabularySize()).isEqualTo(VOCABULARY);
    assertThat(tokenizer.special("<s>")).hasValue(0);
    assertThat(tokenizer.special("<pad>")).hasValue(1);
    assertThat(tokenizer.special("</s>")).hasValue(2);
    assertThat(tokenizer.special("<unk>")).hasValue(3);
    assertThat(tokenizer.special("<mask>")).hasValue(VOCABULARY - 1);
    assertThat(tokenizer.specialIds()).containsExactlyInAnyOrder(0, 1, 2, 3, VOCABULARY - 1);
    assertThat(tokenizer.endOfText()).isEqualTo(2);
    assertThat(tokenizer.encode("!")).containsExactly(4);
  }

  @Test
  void should_find_special_tokens_inside_a_text_and_give_them_back() {
    BpeTokenizer tokenizer = train();
    String text = "the <mask> of</s><pad>a";
    int[] ids = tokenizer.encode(text);

    assertThat(ids).contains(VOCABULARY - 1, 2, 1);
    assertThat(tokenizer.decode(ids)).isEqualTo(text);
  }

  @ParameterizedTest
  @FieldSource("io.evomoe.models.text.OddText#SAMPLES")
  void should_give_every_text_back(String text) {
    BpeTokenizer tokenizer = train();
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void should_keep_special_tokens_without_the_one_file_form() throws IOException {
    train();
    Files.delete(folder.resolve("tokenizer.json"));

    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.special("<mask>")).hasValue(VOCABULARY - 1);
    assertThat(loaded.encode("<mask></s>")).containsExactly(VOCABULARY - 1, 2);
  }

  @Test
  void should_learn_the_merges_that_gpt_learns() {
    List<String> gpt =
        BytePairVocabulary.train(TEXT.documents(), 257 + 14, SpecialTokens.GPT, TextProgress.NONE)
            .merges();

    assertThat(
            BytePairVocabulary.train(
                    TEXT.documents(), VOCABULARY, SpecialTokens.ROBERTA, TextProgress.NONE)
                .merges())
        .hasSize(14)
        .isEqualTo(gpt);
  }

  @Test
  void should_never_merge_inside_or_across_a_special_token() {
    List<String> texts = List.of("a</s>b<mask>c", "a</s>b<mask>c", "a</s>b<mask>c");

    assertThat(
            BytePairVocabulary.train(texts, 400, SpecialTokens.ROBERTA, TextProgress.NONE).merges())
        .isEmpty();
  }

  @Test
  void should_leave_gpt_with_end_of_text_alone() {
    BpeTokenizer gpt = BpeTokenizer.train(TEXT, 270, folder);
    assertThat(gpt.special("<|endoftext|>")).hasValue(269);
    assertThat(gpt.specialIds()).containsExactly(269);
    assertThat(gpt.special("<mask>")).isEmpty();
    assertThatThrownBy(() -> gpt.requireSpecial("<mask>"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the tokenizer must have the special token <mask>, has none");
  }

  @Test
  void should_refuse_a_vocabulary_without_room_for_them() {
    assertThatThrownBy(
            () ->
                BytePairVocabulary.train(
                    TEXT.documents(), 260, SpecialTokens.ROBERTA, TextProgress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabulary size must be at least 261")
        .hasMessageEndingWith("was 260");
  }

  @Test
  void should_refuse_none_an_empty_one_and_one_that_is_there_twice() {
    for (List<String> tokens : List.of(List.<String>of(), List.of(""), List.of("<s>", "<s>"))) {
      assertThatThrownBy(() -> new SpecialTokens(tokens, List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("were " + tokens);
    }
  }

  private BpeTokenizer train() {
    return BpeTokenizer.train(TEXT, VOCABULARY, folder, SpecialTokens.ROBERTA, TextProgress.NONE);
  }
}
