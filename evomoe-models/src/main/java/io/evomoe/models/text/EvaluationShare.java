package io.evomoe.models.text;

import java.util.Locale;

/**
 * The share of the validation set that a loss was measured on.
 *
 * @param batches measured batches, at least 1
 * @param all total number of batches
 */
public record EvaluationShare(int batches, int all) {

  /**
   * Returns the share for a limit.
   *
   * @param maxBatches maximum number of batches, at least 1
   * @param all total number of batches
   */
  public static EvaluationShare of(int maxBatches, int all) {
    EpochOrder.requirePositive("evaluation batches", maxBatches);
    return new EvaluationShare(Math.min(maxBatches, all), all);
  }

  /** Returns a text such as {@code 8 of 44 batches}, or {@code all 3 batches}. */
  public String text() {
    String unit = all == 1 ? "batch" : "batches";
    return batches == all
        ? String.format(Locale.ROOT, "all %,d %s", all, unit)
        : String.format(Locale.ROOT, "%,d of %,d %s", batches, all, unit);
  }
}
