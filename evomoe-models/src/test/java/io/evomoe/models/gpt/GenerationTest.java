package io.evomoe.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.TokenBatch;
import io.evomoe.testing.OtherThread;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class GenerationTest {
  private static final int[] PROMPT = {3, 8};

  private final Gpt model = SmallGpt.of(SmallGpt.SWITCH, Map.of(), DataType.FLOAT);
  private final Generation generation = new Generation(model, CausalScene.training(1));

  @Test
  void should_add_the_likeliest_token_each_time_where_greedy() {
    int[] text = generation.generate(PROMPT, greedy(9), GenerationTest::never);

    assertThat(text).hasSize(11).startsWith(PROMPT);
    for (int length = 2; length < text.length; length++) {
      assertThat(text[length]).isEqualTo(likeliest(Arrays.copyOf(text, length)));
    }
  }

  @Test
  void should_have_the_logits_of_an_uncached_model() {
    int[] text = {3, 8, 1, 1, 10};
    KeyValueCache cache = model.newCache(1, SmallGpt.POSITIONS);
    for (int length = 2; length <= text.length; length++) {
      int[] unread = Arrays.copyOfRange(text, cache.length(), length);
      int[] all = Arrays.copyOf(text, length);
      double[] cached =
          model
              .nextTokenLogits(
                  TokenBatch.of(unread.length, unread), CausalScene.evaluation(), cache)
              .toDoubleVector();
      double[] uncached =
          model
              .nextTokenLogits(TokenBatch.of(length, all), CausalScene.evaluation())
              .toDoubleVector();
      assertThat(cached).containsExactly(uncached, within(1e-5));
    }
    assertThat(cache.length()).isEqualTo(5);
  }

  @Test
  void should_refuse_to_cache_more_tokens_than_it_has_positions() {
    KeyValueCache cache = model.newCache(1, 10);
    model.nextTokenLogits(TokenBatch.of(5, new int[5]), CausalScene.evaluation(), cache);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model.nextTokenLogits(
                    TokenBatch.of(1, new int[1]), CausalScene.evaluation(), cache))
        .withMessage("a sequence must have at most 5 tokens, had 6");
  }

  /** The likeliest token after the last {@link SmallGpt#POSITIONS} of a text. */
  private int likeliest(int[] text) {
    int from = Math.max(0, text.length - SmallGpt.POSITIONS);
    int[] read = Arrays.copyOfRange(text, from, text.length);
    return model
        .nextTokenLogits(TokenBatch.of(read.length, read), CausalScene.evaluation())
        .getRow(0)
        .argMax()
        .getInt(0);
  }

  @Test
  void should_be_greedy_with_one_token_to_choose_from_at_any_temperature() {
    assertThat(generation.generate(PROMPT, drawn(9, 50, 1, 4), GenerationTest::never))
        .isEqualTo(generation.generate(PROMPT, greedy(9), GenerationTest::never));
    assertThat(generation.generate(PROMPT, drawn(9, 0, 11, 4), GenerationTest::never))
        .isEqualTo(generation.generate(PROMPT, greedy(9), GenerationTest::never));
  }

  @Test
  void should_end_with_one_sentence_when_another_thread_closes_its_model() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                generation.generate(
                    PROMPT, greedy(9), id -> OtherThread.doing(model::close).thrown() != null))
        .withMessage("the model is closed: open its run again, or make it again");
  }

  @Test
  void should_draw_the_same_text_from_the_same_seed() {
    int[] text = generation.generate(PROMPT, drawn(20, 2, 11, 4), GenerationTest::never);

    assertThat(generation.generate(PROMPT, drawn(20, 2, 11, 4), GenerationTest::never))
        .isEqualTo(text);
    assertThat(generation.generate(PROMPT, drawn(20, 2, 11, 5), GenerationTest::never))
        .isNotEqualTo(text);
  }

  @Test
  void should_read_the_end_of_a_prompt_that_is_too_long() {
    int[] prompt = {1, 2, 3, 4, 5, 6, 7, 8};
    int[] end = {4, 5, 6, 7, 8};
    int[] text = generation.generate(prompt, greedy(6), GenerationTest::never);

    assertThat(text).startsWith(prompt);
    assertThat(Arrays.copyOfRange(text, 3, 14))
        .isEqualTo(generation.generate(end, greedy(6), GenerationTest::never));
  }

  @Test
  void should_end_before_a_stop_token() {
    int[] text = generation.generate(PROMPT, greedy(9), GenerationTest::never);
    int stop = text[4];
    int first = 2;
    while (text[first] != stop) {
      first++;
    }

    assertThat(generation.generate(PROMPT, greedy(9), id -> id == stop))
        .isEqualTo(Arrays.copyOf(text, first));
    assertThat(generation.generate(PROMPT, greedy(9), id -> true)).isEqualTo(PROMPT);
    assertThat(generation.generate(PROMPT, greedy(0), GenerationTest::never)).isEqualTo(PROMPT);
  }

  /** Past the positions of the model as well, where windows are read anew. */
  @Test
  void should_give_texts_side_by_side_what_each_would_be_alone() {
    List<int[]> prompts = List.of(new int[] {3, 8}, new int[] {1, 10, 4}, new int[] {7});
    for (GenerationConfig config : List.of(greedy(9), drawn(9, 2, 11, 4))) {
      List<int[]> alone =
          prompts.stream()
              .map(prompt -> generation.generate(prompt, config, GenerationTest::never))
              .toList();
      int stop = alone.get(1)[5];

      assertThat(generation.generate(prompts, config, GenerationTest::never))
          .containsExactlyElementsOf(alone);
      assertThat(generation.generate(prompts, config, id -> id == stop))
          .containsExactlyElementsOf(
              prompts.stream()
                  .map(prompt -> generation.generate(prompt, config, id -> id == stop))
                  .toList());
    }
  }

  @Test
  void should_refuse_no_prompts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> generation.generate(List.of(), greedy(1), GenerationTest::never))
        .withMessage("prompts must be at least 1, was 0");
  }

  @Test
  void should_choose_no_token_that_the_tokenizer_does_not_have() {
    int[] free = generation.generate(PROMPT, drawn(60, 50, 11, 4), GenerationTest::never);
    Generation bounded = new Generation(model, CausalScene.training(1), 9);

    int[] text = bounded.generate(PROMPT, drawn(60, 50, 11, 4), GenerationTest::never);

    assertThat(Arrays.stream(free).max()).hasValue(model.config().vocabulary() - 1);
    assertThat(Arrays.stream(text).max()).hasValue(8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Generation(model, CausalScene.training(1), 12))
        .withMessage("tokens must be in 1..11, was 12");
  }

  @Test
  void should_refuse_an_empty_prompt_and_negative_lengths() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> generation.generate(new int[0], greedy(1), GenerationTest::never))
        .withMessage("prompt must have at least 1 token, had 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> generation.generate(PROMPT, greedy(-1), GenerationTest::never))
        .withMessage("maxNewTokens must be at least 0, was -1");
  }

  private static GenerationConfig greedy(int newTokens) {
    return GenerationConfig.greedy().with(g -> g.maxNewTokens(newTokens));
  }

  private static GenerationConfig drawn(int newTokens, double temperature, int topK, long seed) {
    return GenerationConfig.defaults()
        .with(g -> g.maxNewTokens(newTokens).temperature(temperature).topK(topK).seed(seed));
  }

  private static boolean never(int id) {
    return false;
  }
}
