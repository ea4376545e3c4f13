package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.transformer.SentenceSearch.Hypothesis;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.random.CounterRandom;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Searches in languages whose next token has drawn probabilities after every beginning. */
class SentenceSearchTest {
  private static final int END = 2;
  private static final int VOCABULARY = 4;
  private static final int LIMIT = 4;

  @Test
  void should_find_the_best_of_all_sentences_where_the_beam_holds_them_all() {
    for (int seed = 0; seed < 40; seed++) {
      Search search = new Search(400, 0.3 * (seed % 5), LIMIT, 1);

      assertThat(found(search, seed)).isEqualTo(best(search, seed, new int[0], 0));
    }
  }

  @Test
  void should_find_more_with_a_wider_beam_on_the_whole() {
    double[] sums = new double[3];
    for (int seed = 0; seed < 200; seed++) {
      for (int i = 0; i < sums.length; i++) {
        Search search = new Search(1 << i, 0, LIMIT, 1);
        sums[i] += logProbability(seed, found(search, seed));
      }
    }

    assertThat(sums[1]).isGreaterThan(sums[0]);
    assertThat(sums[2]).isGreaterThan(sums[1]);
  }

  @Test
  void should_take_the_likeliest_token_each_time_where_greedy() {
    for (int seed = 0; seed < 40; seed++) {
      int[] text = found(new Search(1, seed % 3, LIMIT, 1), seed);
      for (int length = 0; length < text.length; length++) {
        assertThat(text[length]).isEqualTo(after(seed, Arrays.copyOf(text, length)).argMax(0));
      }
      if (text.length < LIMIT) {
        assertThat(after(seed, text).argMax(0)).isEqualTo(END);
      }
    }
  }

  @Test
  void should_prefer_longer_sentences_the_greater_the_penalty() {
    int shorter = 0;
    int longer = 0;
    for (int seed = 0; seed < 60; seed++) {
      shorter += found(new Search(400, 0, LIMIT, 1), seed).length;
      longer += found(new Search(400, 2, LIMIT, 1), seed).length;
    }

    assertThat(longer).isGreaterThan(shorter);
    assertThat(new Search(1, 0.6, 1, 1).score(-3, 7))
        .isCloseTo(-3 / Math.pow(2, 0.6), within(1e-12));
  }

  @Test
  void should_end_every_sentence_at_the_limit() {
    for (int beam : new int[] {1, 3}) {
      SentenceSearch search = new SentenceSearch(new Search(beam, 0, 2, 1), END, 2);
      int steps = 0;
      while (!search.isOver()) {
        TokenMatrix never = new TokenMatrix(search.unfinished().size(), VOCABULARY);
        for (int row = 0; row < never.tokens(); row++) {
          never.set(row, END, -50);
        }
        search.advance(never, 0);
        steps++;
      }

      assertThat(steps).isEqualTo(3);
      assertThat(search.translation()).containsExactly(0, 0);
    }
  }

  @Test
  void should_continue_with_the_first_tokens_by_probability_then_id() {
    for (int seed = 0; seed < 20; seed++) {
      int[] drawn = RandomArrays.integers(15, 6, seed);
      double[] logits = Arrays.stream(drawn).asDoubleStream().toArray();
      logits[logits.length - 1] = -100; // the end token
      int[] expected =
          IntStream.range(0, logits.length - 1)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
              .mapToInt(Integer::intValue)
              .limit(6)
              .toArray();
      SentenceSearch search = new SentenceSearch(new Search(6, 0, 9, 1), logits.length - 1, 9);

      search.advance(second(logits), 1);

      assertThat(search.unfinished().stream().mapToInt(Hypothesis::token).toArray())
          .isEqualTo(expected);
    }
  }

  @Test
  void should_have_normalised_probabilities_whatever_the_size_of_the_logits() {
    double[] logits = {1000, 1000 + Math.log(2), 1000 + Math.log(5), -1000};
    SentenceSearch search = new SentenceSearch(new Search(3, 0, 9, 1), 3, 9);

    search.advance(second(logits), 1);

    List<Hypothesis> likeliest = search.unfinished();
    assertThat(likeliest).extracting(Hypothesis::token).containsExactly(2, 1, 0);
    assertThat(Math.exp(likeliest.get(0).logProbability())).isCloseTo(5 / 8.0, within(1e-12));
    assertThat(Math.exp(likeliest.get(1).logProbability())).isCloseTo(2 / 8.0, within(1e-12));
    assertThat(Math.exp(likeliest.get(2).logProbability())).isCloseTo(1 / 8.0, within(1e-12));
  }

  /** A matrix whose second row is {@code row}. */
  private static TokenMatrix second(double... row) {
    TokenMatrix rows = new TokenMatrix(2, row.length);
    for (int e = 0; e < row.length; e++) {
      rows.set(1, e, row[e]);
      rows.set(0, e, 7.0 * e);
    }
    return rows;
  }

  private static int[] found(Search search, int seed) {
    SentenceSearch sentence = new SentenceSearch(search, END, LIMIT);
    while (!sentence.isOver()) {
      List<Hypothesis> unfinished = sentence.unfinished();
      TokenMatrix logits = new TokenMatrix(unfinished.size(), VOCABULARY);
      for (int row = 0; row < logits.tokens(); row++) {
        TokenMatrix next = after(seed, unfinished.get(row).tokens());
        for (int token = 0; token < VOCABULARY; token++) {
          logits.set(row, token, next.get(0, token));
        }
      }
      sentence.advance(logits, 0);
    }
    return sentence.translation();
  }

  /** The best sentence that begins so, by trying all. */
  private static int[] best(Search search, int seed, int[] begun, double logProbability) {
    double[] next = logProbabilities(after(seed, begun));
    int[] best = begun;
    double bestScore = search.score(logProbability + next[END], begun.length + 1);
    for (int token = 0; token < VOCABULARY && begun.length < LIMIT; token++) {
      if (token != END) {
        int[] longer = Arrays.copyOf(begun, begun.length + 1);
        longer[begun.length] = token;
        int[] other = best(search, seed, longer, logProbability + next[token]);
        double score = search.score(logProbability(seed, other), other.length + 1);
        if (score > bestScore) {
          best = other;
          bestScore = score;
        }
      }
    }
    return best;
  }

  private static double logProbability(int seed, int[] text) {
    double sum = 0;
    for (int length = 0; length <= text.length; length++) {
      double[] next = logProbabilities(after(seed, Arrays.copyOf(text, length)));
      sum += next[length < text.length ? text[length] : END];
    }
    return sum;
  }

  private static double[] logProbabilities(TokenMatrix logits) {
    double sum = 0;
    for (int token = 0; token < VOCABULARY; token++) {
      sum += Math.exp(logits.get(0, token));
    }
    double[] all = new double[VOCABULARY];
    for (int token = 0; token < VOCABULARY; token++) {
      all[token] = logits.get(0, token) - Math.log(sum);
    }
    return all;
  }

  private static TokenMatrix after(int seed, int[] text) {
    CounterRandom random = new CounterRandom(CounterRandom.fold(seed, Arrays.hashCode(text)));
    TokenMatrix logits = new TokenMatrix(1, VOCABULARY);
    for (int token = 0; token < VOCABULARY; token++) {
      logits.set(0, token, 2 * random.gaussian(token));
    }
    return logits;
  }
}
