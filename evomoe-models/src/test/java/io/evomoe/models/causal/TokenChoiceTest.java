package io.evomoe.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.random.CounterRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenChoiceTest {
  private static final double[] LOGITS = {0.5, 2, -1, 2, 1, -700};
  private static final int DRAWS = 20_000;

  @ParameterizedTest
  @CsvSource({"1, 6", "0.5, 6", "3, 6", "1, 3", "0.7, 2", "1, 100"})
  void should_draw_in_proportion_to_the_softmax_of_the_likeliest(double temperature, int topK) {
    GenerationConfig sampling = drawn(temperature, topK, 11);
    double[] share = new double[LOGITS.length];
    for (int i = 0; i < DRAWS; i++) {
      share[choose(sampling, LOGITS, i)] += 1.0 / DRAWS;
    }

    assertThat(share).containsExactly(softmax(LOGITS, temperature, topK), within(0.015));
    for (int id = 0; id < share.length; id++) {
      assertThat(share[id] > 0).isEqualTo(softmax(LOGITS, temperature, topK)[id] > 1e-9);
    }
  }

  private static double[] softmax(double[] logits, double temperature, int topK) {
    double[] descending = Arrays.stream(logits).map(z -> -z).sorted().map(z -> -z).toArray();
    double least = descending[Math.min(topK, logits.length) - 1];
    double[] p =
        Arrays.stream(logits).map(z -> z >= least ? Math.exp(z / temperature) : 0).toArray();
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(v -> v / sum).toArray();
  }

  @Test
  void should_take_the_lowest_of_equally_likely_ids_where_greedy() {
    for (int i = 0; i < 20; i++) {
      assertThat(choose(GenerationConfig.greedy(), LOGITS, i)).isEqualTo(1);
      assertThat(choose(drawn(5, 1, i), LOGITS, i)).isEqualTo(1);
    }
  }

  @Test
  void should_draw_as_from_all_ids_sorted_from_the_likeliest_down() {
    CounterRandom random = new CounterRandom(5);
    for (int topK : new int[] {1, 2, 7, 49, 50, 300}) {
      for (int i = 0; i < 200; i++) {
        long text = i;
        double[] logits =
            IntStream.range(0, 50).mapToDouble(id -> random.below(9, 50 * text + id)).toArray();
        Integer[] sorted = IntStream.range(0, 50).boxed().toArray(Integer[]::new);
        Arrays.sort(sorted, Comparator.comparingDouble(id -> -logits[id]));
        double[] ofRanks = Arrays.stream(sorted).mapToDouble(id -> logits[id]).toArray();
        GenerationConfig sampling = drawn(1.5, topK, 3);

        assertThat(choose(sampling, logits, i)).isEqualTo(sorted[choose(sampling, ofRanks, i)]);
      }
    }
  }

  @Test
  void should_not_overflow_at_large_logits_or_small_temperatures() {
    double[] large = {1e300, 3, -1e300};

    assertThat(choose(drawn(1, 3, 1), large, 0)).isZero();
    assertThat(choose(drawn(1e-300, 3, 1), new double[] {1, 3, 2}, 0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void should_refuse_temperatures_out_of_bounds(double temperature) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> drawn(temperature, 1, 1))
        .withMessage("temperature must be at least 0 and finite, was " + temperature);
  }

  /** The rules of Hugging Face's logits processors, written down once more. */
  @Test
  void should_draw_from_the_smallest_set_that_has_the_probability_of_top_p() {
    CounterRandom random = new CounterRandom(6);
    for (int round = 0; round < 300; round++) {
      int from = 40 * round;
      double[] logits =
          IntStream.range(0, 20).mapToDouble(id -> 3 * random.uniform(from + id)).toArray();
      int topK = random.below(21, from + 20);
      double topP = random.uniform(from + 21);
      double[] p = softmax(logits, 0.7, topK == 0 ? 20 : topK);
      Integer[] sorted = IntStream.range(0, 20).boxed().toArray(Integer[]::new);
      Arrays.sort(sorted, Comparator.comparingDouble(id -> -p[id]));
      Set<Integer> allowed = new HashSet<>();
      double before = 0;
      for (int i = 0; i < 20 && p[sorted[i]] > 0 && (i == 0 || before < topP); i++) {
        allowed.add(sorted[i]);
        before += p[sorted[i]];
      }
      GenerationConfig config = drawn(0.7, topK, round).with(g -> g.topP(topP));
      Set<Integer> drawn = new HashSet<>();
      for (int i = 0; i < 3000; i++) {
        drawn.add(choose(config, logits, i));
      }

      assertThat(allowed).containsAll(drawn);
      double most = before;
      assertThat(drawn).containsAll(allowed.stream().filter(id -> p[id] > 0.01 * most).toList());
    }
  }

  @Test
  void should_draw_as_without_top_p_and_top_k_where_these_leave_all() {
    for (int i = 0; i < 500; i++) {
      assertThat(choose(drawn(2, 0, 3), LOGITS, i)).isEqualTo(choose(drawn(2, 6, 3), LOGITS, i));
    }
  }

  /** As in Keskar et al. 2019, and Hugging Face's RepetitionPenaltyLogitsProcessor. */
  @Test
  void should_make_tokens_of_the_text_less_likely_by_the_penalty_once_each() {
    double[] logits = {1.5, 2, -1, 1.9};
    GenerationConfig penalized = GenerationConfig.greedy().with(g -> g.repetitionPenalty(1.25));

    assertThat(TokenChoice.of(logits, new int[] {1, 2, 1, 9}, 0, penalized)).isEqualTo(3);
    assertThat(logits).containsExactly(1.5, 1.6, -1.25, 1.9);
  }

  @Test
  void should_refuse_settings_out_of_bounds() {
    assertRefused(g -> g.topK(-1), "topK must be at least 0, was -1");
    assertRefused(g -> g.topP(0), "topP must be in (0, 1], was 0.0");
    assertRefused(g -> g.topP(1.1), "topP must be in (0, 1], was 1.1");
    assertRefused(
        g -> g.repetitionPenalty(0), "repetitionPenalty must be above 0 and finite, was 0.0");
    assertRefused(
        g -> g.stopStrings(List.of("a", "")), "stopStrings must not be empty, had an empty one");
    assertRefused(g -> g.timeout(Duration.ZERO), "timeout must be above 0, was PT0S");
  }

  private static void assertRefused(Consumer<GenerationConfigBuilder> change, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GenerationConfig.defaults().with(change))
        .withMessage(message);
  }

  private static GenerationConfig drawn(double temperature, int topK, long seed) {
    return GenerationConfig.defaults().with(g -> g.temperature(temperature).topK(topK).seed(seed));
  }

  private static int choose(GenerationConfig config, double[] logits, long position) {
    return TokenChoice.of(logits.clone(), new int[0], position, config);
  }
}
