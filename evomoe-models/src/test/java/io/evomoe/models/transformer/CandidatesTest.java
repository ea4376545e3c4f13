package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.TokenMatrix;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {

  @Test
  void should_be_the_first_of_all_tokens_by_probability_then_id() {
    for (int seed = 0; seed < 20; seed++) {
      int[] drawn = RandomArrays.integers(15, 6, seed);
      double[] logits = Arrays.stream(drawn).asDoubleStream().toArray();
      int[] expected =
          IntStream.range(0, logits.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
              .mapToInt(Integer::intValue)
              .limit(6)
              .toArray();

      Candidates candidates = new Candidates(rows(logits), 1, 6, 0);
      assertThat(IntStream.range(0, candidates.size()).map(candidates::token).toArray())
          .isEqualTo(expected);
    }
  }

  @Test
  void should_have_normalised_probabilities_whatever_the_size_of_the_logits() {
    double[] logits = {1000, 1000 + Math.log(2), 1000 + Math.log(5), -1000};
    Candidates candidates = new Candidates(rows(logits), 1, 9, 0);

    assertThat(candidates.size()).isEqualTo(4);
    assertThat(Math.exp(candidates.logProbability(0))).isCloseTo(5 / 8.0, within(1e-12));
    assertThat(Math.exp(candidates.logProbability(1))).isCloseTo(2 / 8.0, within(1e-12));
    assertThat(candidates.logProbability(3)).isCloseTo(-2000 - Math.log(8), within(1e-9));
    assertThat(Math.exp(candidates.endLogProbability())).isCloseTo(1 / 8.0, within(1e-12));
  }

  /** A matrix whose second row is {@code row}. */
  private static TokenMatrix rows(double... row) {
    TokenMatrix rows = new TokenMatrix(2, row.length);
    for (int e = 0; e < row.length; e++) {
      rows.set(1, e, row[e]);
      rows.set(0, e, 7.0 * e);
    }
    return rows;
  }
}
