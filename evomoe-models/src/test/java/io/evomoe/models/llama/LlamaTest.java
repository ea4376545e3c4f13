package io.evomoe.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.testing.Differences;
import io.evomoe.training.Loss;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

class LlamaTest {
  private static final int[] IDS = {1, 4, 4, 9, 0, 10, 2, 1};
  private static final int[] TARGETS = {4, 4, 9, LanguageBatch.IGNORED, 10, 2, 1, 3};
  private static final int[] TEXT = {3, 8, 1, 1, 10, 5};

  /** Of the net, which has three maps without biases. */
  private static final int EXPERT = 3 * SmallLlama.WIDTH * SmallLlama.EXPERT_HIDDEN;

  @Test
  void should_not_see_later_tokens() {
    CausalScene.assertSeesNoLaterToken(model(true, QueryKeyNorm.Span.HEAD), IDS);
  }

  /** Nothing but the rotation of queries and keys says where a token is. */
  @Test
  void should_know_the_order_of_earlier_tokens() {
    Llama model = model(true, null);

    double[] logits = next(model, 3, 8, 1);
    assertThat(Differences.relative(next(model, 8, 3, 1), logits)).isGreaterThan(1e-3);
  }

  private static double[] next(Llama model, int... ids) {
    return model
        .nextTokenLogits(TokenBatch.of(ids.length, ids), CausalScene.evaluation())
        .toDoubleVector();
  }

  @Test
  void should_evaluate_a_sequence_as_if_it_were_alone() {
    Llama model = model(false, QueryKeyNorm.Span.WHOLE);
    TokenBatch together = TokenBatch.of(4, IDS);

    assertThat(model.nextTokenLogits(together, CausalScene.training(1)).getRow(1).toDoubleVector())
        .containsExactly(next(model, Arrays.copyOfRange(IDS, 4, 8)), within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void should_have_the_logits_of_an_uncached_model(QueryKeyNorm.Span span) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Llama model = model(SmallLlama.config(false, span, 0), type);
      KeyValueCache cache = model.newCache(1, SmallLlama.POSITIONS);
      for (int length = 2; length <= TEXT.length; length++) {
        int[] unread = Arrays.copyOfRange(TEXT, cache.length(), length);
        double[] cached =
            model
                .nextTokenLogits(
                    TokenBatch.of(unread.length, unread), CausalScene.evaluation(), cache)
                .toDoubleVector();

        assertThat(cached)
            .as("%s, %d tokens", type, length)
            .containsExactly(
                next(model, Arrays.copyOf(TEXT, length)),
                within(type == DataType.DOUBLE ? 1e-12 : 1e-4));
      }
      assertThat(cache.length()).isEqualTo(TEXT.length);
    }
  }

  @Test
  void should_have_after_every_token_the_logits_of_the_text_up_to_it() {
    Llama model = model(true, QueryKeyNorm.Span.HEAD);
    TokenBatch all = TokenBatch.of(TEXT.length, TEXT);

    for (int length = 1; length <= TEXT.length; length++) {
      double[] row =
          model.logits(all, CausalScene.evaluation()).getRow(length - 1).toDoubleVector();
      assertThat(row).containsExactly(next(model, Arrays.copyOf(TEXT, length)), within(1e-12));
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_give_the_same_loss_and_gradients_to_the_bit_where_it_computes_them_again(
      QueryKeyNorm.Span span) {
    LanguageModelConfig kept = SmallLlama.config(false, span, 0.2);
    LanguageModelConfig again = kept.withStack(kept.stack().with(s -> s.recomputed(true)));
    Llama expected = model(kept, DataType.DOUBLE);
    Llama actual = model(again, DataType.DOUBLE);

    Loss loss = train(expected);
    Loss same = train(actual);
    assertThat(same.value()).isEqualTo(loss.value());
    assertThat(same.auxLoss()).isEqualTo(loss.auxLoss());
    for (int i = 0; i < expected.parameters().size(); i++) {
      Parameter parameter = expected.parameters().get(i);
      assertThat(Differences.elements(actual.parameters().get(i).gradient()))
          .as(parameter.name())
          .isEqualTo(Differences.elements(parameter.gradient()));
    }
  }

  private static Loss train(Llama model) {
    model.parameters().forEach(Parameter::clearGradient);
    try (MemoryWorkspace ignored = Workspaces.open("LLAMA_TEST")) {
      Loss loss = model.loss(CausalScene.batch(IDS, TARGETS), CausalScene.training(7));
      loss.backward().run();
      return loss;
    }
  }

  /** Past its positions it reads the last ones alone, which are then the first. */
  @Test
  void should_add_the_likeliest_token_each_time_where_greedy() {
    Llama model = model(SmallLlama.config(false, QueryKeyNorm.Span.HEAD, 0), DataType.FLOAT);
    Generation generation = new Generation(model, CausalScene.training(1));

    int[] text =
        generation.generate(
            new int[] {3, 8}, GenerationConfig.greedy().with(g -> g.maxNewTokens(9)), id -> false);

    assertThat(text).hasSize(11).startsWith(3, 8);
    for (int length = 2; length < text.length; length++) {
      int from = Math.max(0, length - SmallLlama.POSITIONS);
      double[] logits = next(model, Arrays.copyOfRange(text, from, length));
      double highest = Arrays.stream(logits).max().orElseThrow();
      assertThat(logits[text[length]]).as("token %d", length).isCloseTo(highest, within(1e-4));
    }
  }

  @Test
  void should_have_no_head_beside_a_tied_one() {
    int table = SmallLlama.VOCABULARY * SmallLlama.WIDTH;

    assertThat(numbers(model(false, null)) - numbers(model(true, null))).isEqualTo(table);
    assertThat(model(true, null).parameters())
        .extracting(Parameter::name)
        .noneMatch(name -> name.startsWith("head"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_count_the_parameters_of_the_experts_that_a_token_has(boolean tied) {
    Llama model = model(tied, QueryKeyNorm.Span.HEAD);
    double multiplied = numbers(model) - (tied ? 0 : SmallLlama.VOCABULARY * SmallLlama.WIDTH);

    assertThat(model.activeParameters(SmallLlama.EXPERTS)).isEqualTo(multiplied);
    assertThat(model.activeParameters(1.5)).isEqualTo(multiplied - 1.5 * EXPERT);
  }

  private static double numbers(Llama model) {
    return model.parameters().stream().mapToDouble(Parameter::length).sum();
  }

  @Test
  void should_refuse_sizes_and_sequences_out_of_their_bounds() {
    LanguageModelConfig small = SmallLlama.config(true, null, 0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(0, 1, 0, 0, true, small.stack()))
        .withMessage("vocabulary must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(1, 0, 0, 0, true, small.stack()))
        .withMessage("positions must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> next(model(true, null), new int[7]))
        .withMessage("a sequence must have at most 6 tokens, had 7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> next(model(true, null), 11))
        .withMessage("id must be in 0..10, was 11 (tokens.weight)");
  }

  private static Llama model(boolean tied, QueryKeyNorm.@Nullable Span span) {
    return model(SmallLlama.config(tied, span, 0), DataType.DOUBLE);
  }

  private static Llama model(LanguageModelConfig config, DataType type) {
    return SmallLlama.of(config, SmallLlama.EVOMOE, Map.of(), type);
  }
}
