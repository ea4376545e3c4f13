package io.evomoe.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingTest {
  private static final double[] LOGITS = {0.5, 2, -1, 2, 1, -700};
  private static final int DRAWS = 20_000;

  @ParameterizedTest
  @CsvSource({"1, 6", "0.5, 6", "3, 6", "1, 3", "0.7, 2", "1, 100"})
  void should_draw_in_proportion_to_the_softmax_of_the_likeliest(double temperature, int topK) {
    Sampling sampling = new Sampling(temperature, topK, 11);
    double[] share = new double[LOGITS.length];
    for (int i = 0; i < DRAWS; i++) {
      share[sampling.choose(LOGITS, i)] += 1.0 / DRAWS;
    }

    assertThat(share).containsExactly(softmax(temperature, topK), within(0.015));
    for (int id = 0; id < share.length; id++) {
      assertThat(share[id] > 0).isEqualTo(softmax(temperature, topK)[id] > 1e-9);
    }
  }

  private static double[] softmax(double temperature, int topK) {
    double[] descending = Arrays.stream(LOGITS).map(z -> -z).sorted().map(z -> -z).toArray();
    double least = descending[Math.min(topK, LOGITS.length) - 1];
    double[] p =
        Arrays.stream(LOGITS).map(z -> z >= least ? Math.exp(z / temperature) : 0).toArray();
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(v -> v / sum).toArray();
  }

  @Test
  void should_take_the_lowest_of_equally_likely_ids_where_greedy() {
    for (int i = 0; i < 20; i++) {
      assertThat(Sampling.greedy().choose(LOGITS, i)).isEqualTo(1);
      assertThat(new Sampling(5, 1, i).choose(LOGITS, i)).isEqualTo(1);
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
        Sampling sampling = new Sampling(1.5, topK, 3);

        assertThat(sampling.choose(logits, i)).isEqualTo(sorted[sampling.choose(ofRanks, i)]);
      }
    }
  }

  @Test
  void should_not_overflow_at_large_logits_or_small_temperatures() {
    double[] large = {1e300, 3, -1e300};

    assertThat(new Sampling(1, 3, 1).choose(large, 0)).isZero();
    assertThat(new Sampling(1e-300, 3, 1).choose(new double[] {1, 3, 2}, 0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void should_refuse_temperatures_out_of_bounds(double temperature) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampling(temperature, 1, 1))
        .withMessage("temperature must be at least 0 and finite, was " + temperature);
  }

  @Test
  void should_refuse_to_choose_among_none() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampling(1, 0, 1))
        .withMessage("topK must be at least 1, was 0");
  }
}
