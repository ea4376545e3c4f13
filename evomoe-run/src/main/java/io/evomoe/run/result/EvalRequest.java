package io.evomoe.run.result;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.names.Suggestion;
import io.evomoe.models.transformer.Search;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to measure a trained model on.
 *
 * @param data file or folder; null for the data of the run
 * @param split {@code train}, {@code valid} or {@code test}; data with no split of its own is
 *     measured as a whole
 * @param batches at most so many batches for the loss, at least 1
 * @param sentences at most so many sentences are translated, at least 1
 * @param examples translations to show, at least 0
 * @param search how translations are searched for
 * @param expertsPerToken experts of every token, at least 1; null for as many as the gate chooses
 */
public record EvalRequest(
    @Nullable Path data,
    String split,
    int batches,
    int sentences,
    int examples,
    Search search,
    @Nullable Integer expertsPerToken) {
  /** Sides of a run's data, by the names that {@link #split} takes. */
  public static final List<String> SPLITS = List.of("train", "valid", "test");

  /**
   * The run's own held-out side: 64 batches for the loss, of translations 2,000 sentences by beam
   * search of 4 with a length penalty of 0.6.
   */
  public static final EvalRequest HELD_OUT =
      new EvalRequest(null, "valid", 64, 2000, 0, Search.beam(4, 0.6), null);

  /** Refuses values out of their bounds. */
  public EvalRequest {
    if (!SPLITS.contains(split)) {
      throw new IllegalArgumentException(
          "split must be one of %s, was %s%s"
              .formatted(SPLITS, split, Suggestion.text(split, SPLITS)));
    }
    FieldBound.atLeast("batches", batches, 1);
    FieldBound.atLeast("sentences", sentences, 1);
    FieldBound.atLeast("examples", examples, 0);
    if (expertsPerToken != null) {
      FieldBound.atLeast("expertsPerToken", expertsPerToken, 1);
    }
  }

  /** Returns this request for a model that gives every token this many experts. */
  public EvalRequest withExpertsPerToken(int experts) {
    return new EvalRequest(data, split, batches, sentences, examples, search, experts);
  }
}
