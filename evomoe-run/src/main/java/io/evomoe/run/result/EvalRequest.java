package io.evomoe.run.result;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.names.Suggestion;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.transformer.Search;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to measure a trained model.
 *
 * @param data file or folder; null for the run's data
 * @param split {@code train}, {@code valid} or {@code test}; data without a split of its own is
 *     measured as a whole
 * @param batches maximum number of batches for the loss, at least 1
 * @param sentences maximum number of translated sentences, at least 1
 * @param examples translations to show, at least 0
 * @param search how translations are searched for
 * @param expertsPerToken experts per token, at least 1; null for the choice of the run's gate
 * @param form format of {@code data}; null for the format of the run's data
 */
@RecordBuilder
public record EvalRequest(
    @Nullable Path data,
    String split,
    int batches,
    int sentences,
    int examples,
    Search search,
    @Nullable Integer expertsPerToken,
    @Nullable DataForm form)
    implements EvalRequestBuilder.With {
  /** The values of {@link #split}. */
  public static final List<String> SPLITS = List.of("train", "valid", "test");

  /**
   * The run's own validation set: 64 batches for the loss, and 2,000 sentences for translations.
   * These use a beam of 4 and a length penalty of 0.6.
   */
  public static final EvalRequest HELD_OUT =
      new EvalRequest(null, "valid", 64, 2000, 0, Search.beam(4, 0.6), null, null);

  /** Rejects values out of bounds, and a format without data. */
  public EvalRequest {
    if (!SPLITS.contains(split)) {
      throw Suggestion.unknown("split", split, SPLITS);
    }
    if (form != null && data == null) {
      throw new IllegalArgumentException("form needs data, was given without");
    }
    FieldBound.atLeast("batches", batches, 1);
    FieldBound.atLeast("sentences", sentences, 1);
    FieldBound.atLeast("examples", examples, 0);
    if (expertsPerToken != null) {
      FieldBound.atLeast("expertsPerToken", expertsPerToken, 1);
    }
  }
}
