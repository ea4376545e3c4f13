package io.evomoe.models.transformer;

import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The search for the translation of one sentence, step by step. */
final class SentenceSearch {
  private static final Comparator<Hypothesis> LIKELIEST_FIRST =
      Comparator.comparingDouble(Hypothesis::logProbability).reversed();

  private final Search search;
  private final int end;
  private final int limit;
  private List<Hypothesis> unfinished;
  private @Nullable Hypothesis best;
  private int finished;

  /**
   * An unfinished translation: its parent and one more token.
   *
   * @param parent null for the empty one
   * @param beam index of the parent among the unfinished translations of its step
   * @param token added to the parent
   * @param length total number of tokens
   * @param logProbability of all tokens
   */
  record Hypothesis(
      @Nullable Hypothesis parent, int beam, int token, int length, double logProbability) {

    /** Returns the empty translation; the decoder reads {@code start} first. */
    static Hypothesis empty(int start) {
      return new Hypothesis(null, 0, start, 0, 0);
    }

    /** Returns this translation, at index {@code number} of its step, with one more token. */
    Hypothesis and(int number, int next, double nextLogProbability) {
      return new Hypothesis(this, number, next, length + 1, logProbability + nextLogProbability);
    }

    /** Returns the tokens. */
    int[] tokens() {
      int[] tokens = new int[length];
      Hypothesis last = this;
      for (int i = length - 1; i >= 0 && last != null; i--) {
        tokens[i] = last.token;
        last = last.parent;
      }
      return tokens;
    }
  }

  /**
   * Creates a search before its first step.
   *
   * @param end id of the token that ends a translation and that the decoder reads first
   * @param limit maximum number of tokens in a translation, without the end token
   */
  SentenceSearch(Search search, int end, int limit) {
    this.search = search;
    this.end = end;
    this.limit = limit;
    this.unfinished = List.of(Hypothesis.empty(end));
  }

  /**
   * Returns the unfinished translations, the most likely first: at most {@code beam}, none when the
   * search is over.
   */
  List<Hypothesis> unfinished() {
    return unfinished;
  }

  boolean isOver() {
    return unfinished.isEmpty();
  }

  /**
   * Takes a step.
   *
   * @param logits of the next token
   * @param first row of the first unfinished translation; those of the others follow
   */
  void advance(TokenMatrix logits, int first) {
    List<Hypothesis> survivors = new ArrayList<>();
    if (unfinished.get(0).length() == limit) {
      for (int i = 0; i < unfinished.size(); i++) {
        double logSum = Softmax.logSumExp(logits, first + i);
        finish(unfinished.get(i).and(i, end, logits.get(first + i, end) - logSum));
      }
    } else {
      sift(ranked(logits, first), survivors);
    }
    boolean over = finished >= search.beam() || survivors.isEmpty() || isBest(survivors.get(0));
    unfinished = over ? List.of() : survivors;
  }

  /** Twice as many continuations as the beam, because at worst every second one is an end. */
  private List<Hypothesis> ranked(TokenMatrix logits, int first) {
    int candidates = 2 * search.beam();
    List<Hypothesis> all = new ArrayList<>();
    for (int i = 0; i < unfinished.size(); i++) {
      double logSum = Softmax.logSumExp(logits, first + i);
      for (int token : logits.largest(first + i, Math.min(candidates, logits.columns()))) {
        all.add(unfinished.get(i).and(i, token, logits.get(first + i, token) - logSum));
      }
    }
    all.sort(LIKELIEST_FIRST);
    return all.subList(0, Math.min(all.size(), candidates));
  }

  /** An end counts only if it ranks within the beam. */
  private void sift(List<Hypothesis> ranked, List<Hypothesis> survivors) {
    for (int rank = 0; rank < ranked.size(); rank++) {
      Hypothesis hypothesis = ranked.get(rank);
      if (hypothesis.token() != end) {
        if (survivors.size() < search.beam()) {
          survivors.add(hypothesis);
        }
      } else if (rank < search.beam()) {
        finish(hypothesis);
      }
    }
  }

  private void finish(Hypothesis hypothesis) {
    finished++;
    if (best == null || score(hypothesis) > score(best)) {
      best = hypothesis;
    }
  }

  private double score(Hypothesis hypothesis) {
    return search.score(hypothesis.logProbability(), hypothesis.length());
  }

  /**
   * Whether no continuation of the most likely one can score more, even if all its tokens were
   * certain.
   */
  private boolean isBest(Hypothesis likeliest) {
    return best != null && score(best) >= search.score(likeliest.logProbability(), limit + 1);
  }

  /** Returns the best finished translation, without the end token. */
  int[] translation() {
    if (best == null) {
      throw new IllegalStateException("no translation is finished");
    }
    return Arrays.copyOf(best.tokens(), best.length() - 1);
  }
}
