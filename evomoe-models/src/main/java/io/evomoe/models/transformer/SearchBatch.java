package io.evomoe.models.transformer;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The searches of several sentences, step by step. Each sentence has {@code beam} rows in every
 * step, so that shapes stay the same. Rows without an unfinished translation are padding.
 */
final class SearchBatch {
  private final Search search;
  private final int end;
  private final List<SentenceSearch> sentences;

  SearchBatch(Search search, int end, int[] limits) {
    this.search = search;
    this.end = end;
    this.sentences =
        Arrays.stream(limits).mapToObj(limit -> new SentenceSearch(search, end, limit)).toList();
  }

  int rows() {
    return sentences.size() * search.beam();
  }

  boolean isOver() {
    return sentences.stream().allMatch(SentenceSearch::isOver);
  }

  /** Returns the decoder's next input: the last token of each row's translation. */
  TokenBatch lastTokens() {
    int[] ids = new int[rows()];
    boolean[] idle = new boolean[rows()];
    Arrays.fill(ids, end);
    Arrays.fill(idle, true);
    for (int s = 0; s < sentences.size(); s++) {
      List<Hypothesis> unfinished = sentences.get(s).unfinished();
      for (int i = 0; i < unfinished.size(); i++) {
        ids[s * search.beam() + i] = unfinished.get(i).token();
        idle[s * search.beam() + i] = false;
      }
    }
    return new TokenBatch(1, ids, idle);
  }

  /** Returns the row that each row continues; idle rows continue themselves. */
  int[] origins() {
    int[] rows = IntStream.range(0, rows()).toArray();
    for (int s = 0; s < sentences.size(); s++) {
      int first = s * search.beam();
      List<Hypothesis> unfinished = sentences.get(s).unfinished();
      for (int i = 0; i < unfinished.size(); i++) {
        rows[first + i] = first + unfinished.get(i).beam();
      }
    }
    return rows;
  }

  /**
   * Takes a step in parallel; sentences are independent, so the number of threads has no effect.
   */
  void advance(TokenMatrix logits) {
    Parallel.ranges(
        sentences.size(),
        1,
        (first, last) -> {
          for (int s = first; s < last; s++) {
            if (!sentences.get(s).isOver()) {
              advance(s, logits);
            }
          }
        });
  }

  private void advance(int s, TokenMatrix logits) {
    int first = s * search.beam();
    List<Candidates> next =
        IntStream.range(first, first + sentences.get(s).unfinished().size())
            .mapToObj(row -> new Candidates(logits, row, SentenceSearch.candidates(search), end))
            .toList();
    sentences.get(s).advance(next);
  }

  /** Returns the translation of a sentence, once all searches are over. */
  int[] translation(int sentence) {
    return sentences.get(sentence).translation();
  }
}
