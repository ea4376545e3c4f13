package io.evomoe.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds of means are 5 standard errors: other seeds pass as well. */
class CounterRandomTest {
  private static final int DRAWS = 40_000;
  private static final double EULER = 0.5772156649015329;

  private final CounterRandom random = new CounterRandom(42);

  @Test
  void should_never_draw_an_end_of_the_unit_interval() {
    assertThat(CounterRandom.openUnit(-1)).isLessThan(1).isGreaterThan(1 - 1e-15);
    assertThat(CounterRandom.openUnit(0)).isPositive().isLessThan(1e-15);
  }

  @Test
  void should_draw_the_same_for_the_same_seed_and_position_in_any_order() {
    long[] forward = LongStream.range(-50, 50).map(random::bits).toArray();
    CounterRandom again = new CounterRandom(42);
    long[] backward = LongStream.range(-50, 50).map(i -> again.bits(-1 - i)).toArray();

    for (int i = 0; i < forward.length; i++) {
      assertThat(backward[forward.length - 1 - i]).isEqualTo(forward[i]);
    }
  }

  @Test
  void should_never_repeat_over_positions_and_seeds() {
    assertThat(LongStream.range(0, DRAWS).map(random::bits).distinct().count()).isEqualTo(DRAWS);
    assertThat(LongStream.range(0, DRAWS).map(seed -> new CounterRandom(seed).bits(0)).distinct())
        .hasSize(DRAWS);
  }

  @Test
  void should_fill_the_open_interval_from_0_to_1_evenly() {
    int[] bins = new int[20];
    for (int i = 0; i < DRAWS; i++) {
      double u = random.uniform(i);
      assertThat(u).isStrictlyBetween(0.0, 1.0);
      bins[(int) (20 * u)]++;
    }

    double expected = DRAWS / 20.0;
    double chiSquare =
        Arrays.stream(bins).mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
    // 99.9 % of a chi-square distribution of 19 degrees of freedom is below 43.8.
    assertThat(chiSquare).isLessThan(43.8);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 64, 65})
  void should_not_tell_a_draw_from_the_one_before(long lag) {
    double correlation =
        mean(i -> 12 * (random.uniform(i) - 0.5) * (random.uniform(i + lag) - 0.5));

    assertThat(correlation).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
  }

  @Test
  void should_draw_every_integer_below_the_bound_about_as_often() {
    int[] count = new int[7];
    for (int i = 0; i < DRAWS; i++) {
      count[random.below(7, i)]++;
    }

    double expected = DRAWS / 7.0;
    for (int n : count) {
      assertThat((double) n).isCloseTo(expected, within(5 * Math.sqrt(expected)));
    }
    assertThat(random.below(1, 3)).isZero();
  }

  @Test
  void should_draw_normal_numbers_of_mean_0_and_variance_1() {
    assertThat(mean(random::gaussian)).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
    assertThat(mean(i -> Math.pow(random.gaussian(i), 2)))
        .isCloseTo(1, within(5 * Math.sqrt(2.0 / DRAWS)));
    assertThat(mean(i -> Math.abs(random.gaussian(i)) < 1.959964 ? 1 : 0))
        .isCloseTo(0.95, within(5 * Math.sqrt(0.95 * 0.05 / DRAWS)));
  }

  @Test
  void should_draw_gumbel_numbers_whose_argmax_is_a_draw_from_the_softmax() {
    double[] p = {0.5, 0.3, 0.2};
    int[] count = new int[3];
    for (int i = 0; i < DRAWS; i++) {
      double[] noisy = new double[3];
      for (int e = 0; e < 3; e++) {
        noisy[e] = Math.log(p[e]) + random.gumbel(3L * i + e);
      }
      int first = noisy[0] > noisy[1] ? 0 : 1;
      count[noisy[2] > noisy[first] ? 2 : first]++;
    }

    for (int e = 0; e < 3; e++) {
      assertThat(count[e] / (double) DRAWS)
          .isCloseTo(p[e], within(5 * Math.sqrt(p[e] * (1 - p[e]) / DRAWS)));
    }
    assertThat(mean(random::gumbel)).isCloseTo(EULER, within(5 * Math.PI / Math.sqrt(6.0 * DRAWS)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100})
  void should_permute_all_numbers_below_n(int n) {
    int[] permutation = random.permutation(n);

    assertThat(permutation).containsExactlyInAnyOrder(IntStream.range(0, n).toArray());
    assertThat(new CounterRandom(42).permutation(n)).isEqualTo(permutation);
  }

  @Test
  void should_draw_each_permutation_about_as_often() {
    int runs = 6000;
    int[] count = new int[6];
    for (int seed = 0; seed < runs; seed++) {
      int[] order = new CounterRandom(seed).permutation(3);
      count[2 * order[0] + (order[1] > order[2] ? 1 : 0)]++;
    }

    for (int n : count) {
      assertThat((double) n).isCloseTo(runs / 6.0, within(5 * Math.sqrt(runs / 6.0)));
    }
  }

  @Test
  void should_fold_numbers_and_names_into_streams_of_their_own() {
    long[] seeds = {
      42,
      CounterRandom.fold(42, 0),
      CounterRandom.fold(42, 1),
      CounterRandom.fold(43, 0),
      CounterRandom.fold(CounterRandom.fold(42, 0), 1),
      CounterRandom.fold(CounterRandom.fold(42, 1), 0),
      CounterRandom.fold(42, ""),
      CounterRandom.fold(42, "ab"),
      CounterRandom.fold(42, "ba")
    };

    assertThat(Arrays.stream(seeds).distinct().count()).isEqualTo(seeds.length);
    for (int a = 0; a < seeds.length; a++) {
      for (int b = 0; b < a; b++) {
        CounterRandom one = new CounterRandom(seeds[a]);
        CounterRandom other = new CounterRandom(seeds[b]);
        double correlation = mean(i -> 12 * (one.uniform(i) - 0.5) * (other.uniform(i) - 0.5));
        assertThat(correlation).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
      }
    }
    assertThat(CounterRandom.fold(42, "ab")).isEqualTo(CounterRandom.fold(42, "ab"));
  }

  private static double mean(IntToDoubleFunction draw) {
    return IntStream.range(0, DRAWS).mapToDouble(draw).average().orElseThrow();
  }

  @Test
  void should_fold_a_name_that_comes_in_parts_as_the_whole() {
    String name = "blocks.3.moe";
    for (int cut = 0; cut <= name.length(); cut++) {
      long hash = CounterRandom.hash(CounterRandom.NO_NAME, name.substring(0, cut));

      assertThat(CounterRandom.fold(7, CounterRandom.hash(hash, name.substring(cut))))
          .isEqualTo(CounterRandom.fold(7, name));
    }
  }
}
