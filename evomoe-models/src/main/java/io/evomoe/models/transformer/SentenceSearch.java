package io.evomoe.models.transformer;

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
   * Returns the number of candidates that {@link #advance} needs each time, if the vocabulary has
   * as many.
   */
  static int candidates(Search search) {
    return 2 * search.beam();
  }

  /**
   * Takes a step.
   *
   * @param next the candidates after each unfinished translation
   */
  void advance(List<Candidates> next) {
    List<Hypothesis> survivors = new ArrayList<>();
    if (unfinished.get(0).length() == limit) {
      for (int i = 0; i < next.size(); i++) {
        finish(unfinished.get(i).and(i, end, next.get(i).endLogProbability()));
      }
    } else {
      sift(ranked(next), survivors);
    }
    boolean over = finished >= search.beam() || survivors.isEmpty() || isBest(survivors.get(0));
    unfinished = over ? List.of() : survivors;
  }

  /** Twice as many continuations as the beam, because at worst every second one is an end. */
  private List<Hypothesis> ranked(List<Candidates> next) {
    List<Hypothesis> all = new ArrayList<>();
    for (int i = 0; i < next.size(); i++) {
      Candidates candidates = next.get(i);
      for (int rank = 0; rank < candidates.size(); rank++) {
        all.add(unfinished.get(i).and(i, candidates.token(rank), candidates.logProbability(rank)));
      }
    }
    all.sort(LIKELIEST_FIRST);
    return all.subList(0, Math.min(all.size(), candidates(search)));
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
