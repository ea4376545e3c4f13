package io.evomoe.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.causal.GenerationBatch.Text;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.testing.LayerGradientCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Texts in company against the same texts alone. */
class GenerationBatchTest {
  private static final int VOCABULARY = 97;
  private static final int POSITIONS = 40;
  private static final int WIDTH = 24;
  private static final CounterRandom RANDOM = new CounterRandom(17);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base",
        "dense",
        "dts",
        "evomoe",
        "hash",
        "lossfree",
        "remoe",
        "stablemoe",
        "switch",
        "topk"
      })
  void should_give_a_row_the_same_bits_in_any_company(String gate) {
    assertSameBits(gpt(gate));
  }

  @Test
  void should_give_a_row_the_same_bits_with_rotary_positions_and_shared_keys() {
    assertSameBits(llama());
  }

  private static void assertSameBits(CausalLanguageModel model) {
    List<double[]> alone = IntStream.range(0, 50).mapToObj(i -> logits(model, i, i + 1)).toList();
    int most = model.kernels().jointRows();
    for (int together : new int[] {2, 7, 8, Math.min(9, most), Math.min(50, most)}) {
      double[] all = logits(model, 0, together);
      for (int i = 0; i < together; i++) {
        int from = i * VOCABULARY;
        assertThat(Arrays.equals(all, from, from + VOCABULARY, alone.get(i), 0, VOCABULARY))
            .as("text %d of %d", i, together)
            .isTrue();
      }
    }
  }

  /** The logits of the texts {@code from} to {@code to - 1} after two more tokens. */
  private static double[] logits(CausalLanguageModel model, int from, int to) {
    try (KeyValueCache cache = KeyValueCache.joint(POSITIONS, model.kernels())) {
      int[] last = new int[model.kernels().filled(to - from)];
      boolean[] padding = new boolean[last.length];
      Arrays.fill(padding, to - from, last.length, true);
      for (int i = from; i < to; i++) {
        int[] prompt = prompt(i);
        try (KeyValueCache own = model.newCache(1, prompt.length)) {
          TokenBatch read = TokenBatch.of(prompt.length, prompt);
          model.nextTokenLogits(read, CausalScene.evaluation(), own);
          cache.join(own);
        }
        last[i - from] = RANDOM.below(VOCABULARY, 90_000 + i);
      }
      TokenBatch read = new TokenBatch(1, last, padding);
      model.nextTokenLogits(read, CausalScene.evaluation(), cache);
      return model.kernels().read(model.nextTokenLogits(read, CausalScene.evaluation(), cache));
    }
  }

  private static int[] prompt(int text) {
    int length = 1 + RANDOM.below(POSITIONS - 4, 1000 + text);
    return IntStream.range(0, length).map(i -> RANDOM.below(VOCABULARY, 100L * text + i)).toArray();
  }

  /** Some go on past the positions of the model, where windows are read anew. */
  @Test
  void should_continue_texts_that_join_and_leave_as_if_each_were_alone() {
    CausalLanguageModel model = gpt("switch");
    Generation generation = new Generation(model, CausalScene.evaluation());
    Map<Text, Integer> numbers = new HashMap<>();
    Map<Integer, int[]> texts = new HashMap<>();
    List<Integer> left = new ArrayList<>();
    try (GenerationBatch batch = generation.batch()) {
      for (int step = 0; step < 25 || batch.size() > 0; step++) {
        if (step < 25) {
          numbers.put(batch.join(prompt(2 * step), config(2 * step)), 2 * step);
          numbers.put(batch.join(prompt(2 * step + 1), config(2 * step + 1)), 2 * step + 1);
        }
        for (Text text : batch.step()) {
          int number = Objects.requireNonNull(numbers.get(text));
          texts.put(number, text.ids());
          if (number % 7 == 0 && text.newIds().length == 5) {
            batch.leave(text);
            left.add(number);
          }
        }
      }
    }

    assertThat(texts).hasSize(50);
    assertThat(left).isNotEmpty();
    assertThat(texts.values()).anyMatch(ids -> ids.length > POSITIONS + 1);
    texts.forEach(
        (number, ids) -> {
          int[] alone = generation.generate(prompt(number), config(number), id -> false);
          assertThat(ids)
              .isEqualTo(left.contains(number) ? Arrays.copyOf(alone, ids.length) : alone);
        });
  }

  private static GenerationConfig config(int text) {
    return GenerationConfig.defaults()
        .with(
            g ->
                g.maxNewTokens(1 + RANDOM.below(20, 50_000 + text))
                    .temperature(2)
                    .topK(text % 3 * 20)
                    .topP(text % 2 == 0 ? 1 : 0.9)
                    .repetitionPenalty(1.1)
                    .seed(text));
  }

  @Test
  void should_hold_no_text_that_wants_no_tokens() {
    try (GenerationBatch batch = new Generation(gpt("dense"), CausalScene.evaluation()).batch()) {
      Text text = batch.join(new int[] {3}, GenerationConfig.greedy().with(g -> g.maxNewTokens(0)));

      assertThat(batch.size()).isZero();
      assertThat(batch.step()).isEmpty();
      assertThat(text.newIds()).isEmpty();
    }
  }

  @Test
  void should_refuse_sequences_that_a_joint_cache_cannot_take() {
    CausalLanguageModel model = gpt("dense");
    KeyValueCache cache = KeyValueCache.joint(4, model.kernels());
    KeyValueCache longer = model.newCache(1, 6);
    model.nextTokenLogits(TokenBatch.of(5, new int[5]), CausalScene.evaluation(), longer);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> cache.join(longer))
        .withMessage(
            "a joint cache of capacity 4 must be joined by 1 sequence of at most that length, had 1 of 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cache.leave(0))
        .withMessage("sequence must be in 0..-1 of a joint cache, was 0");
  }

  private static Gpt gpt(String gate) {
    StackConfig stack =
        StackConfig.of(2, WIDTH, 4)
            .withIntermediateSize(40)
            .withExperts(4)
            .withMoeEvery(1)
            .withActivation(ActivationFunction.GELU);
    Gates gates = new Gates(GateProvider.named(gate), Map.of(), TrainingFacts.ofSteps(100));
    Gpt model = new Gpt(new LanguageModelConfig(VOCABULARY, POSITIONS, stack), gates, root());
    LayerGradientCheck.disturb(model.parameters(), 0.3);
    return model;
  }

  private static Llama llama() {
    AttentionConfig attention =
        new AttentionConfig(
            WIDTH,
            4,
            2,
            8,
            true,
            false,
            new QueryKeyNorm(QueryKeyNorm.Span.HEAD, NormConfig.DEFAULT_EPSILON),
            new Rotary(100));
    StackConfig stack =
        StackConfig.of(
                2,
                new BlockConfig(
                    attention,
                    new FeedForwardConfig(WIDTH, 40, ActivationFunction.SILU, true, false),
                    new MoeConfig(4, 20, new SharedExperts(1, 16, true)),
                    new NormConfig(NormConfig.Kind.RMS, NormConfig.DEFAULT_EPSILON),
                    0,
                    false))
            .withMoeEvery(1, 1);
    Llama model =
        new Llama(
            new LanguageModelConfig(VOCABULARY, POSITIONS, 0, 0, false, stack),
            Gates.of(GateProvider.named("topk")),
            root());
    LayerGradientCheck.disturb(model.parameters(), 0.3);
    return model;
  }

  private static Scope root() {
    return Scope.root(3, KernelSelection.forType(DataType.FLOAT));
  }
}
