package io.evomoe.models.text;

import java.util.Locale;

/**
 * How much of what is held out a loss was measured on.
 *
 * @param batches that are measured, at least 1
 * @param all batches there are
 */
public record EvaluationShare(int batches, int all) {

  /**
   * The share of a limit.
   *
   * @param maxBatches at most so many batches, at least 1
   * @param all batches there are
   */
  public static EvaluationShare of(int maxBatches, int all) {
    EpochOrder.requirePositive("evaluation batches", maxBatches);
    return new EvaluationShare(Math.min(maxBatches, all), all);
  }

  /** Such as {@code 8 of 44 batches}, or {@code all 3 batches}. */
  public String text() {
    String unit = all == 1 ? "batch" : "batches";
    return batches == all
        ? String.format(Locale.ROOT, "all %,d %s", all, unit)
        : String.format(Locale.ROOT, "%,d of %,d %s", batches, all, unit);
  }
}
