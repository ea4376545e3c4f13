package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.TokenMatrix;
import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        TokenMatrix never = new TokenMatrix(1, VOCABULARY);
        never.set(0, END, -50);
        search.advance(search.unfinished().stream().map(h -> candidates(never, beam)).toList());
        steps++;
      }

      assertThat(steps).isEqualTo(3);
      assertThat(search.translation()).containsExactly(0, 0);
    }
  }

  private static Candidates candidates(TokenMatrix logits, int beam) {
    return new Candidates(logits, 0, 2 * beam, END);
  }

  private static int[] found(Search search, int seed) {
    SentenceSearch sentence = new SentenceSearch(search, END, LIMIT);
    while (!sentence.isOver()) {
      List<Candidates> next = new ArrayList<>();
      for (Hypothesis hypothesis : sentence.unfinished()) {
        next.add(candidates(after(seed, hypothesis.tokens()), search.beam()));
      }
      sentence.advance(next);
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
