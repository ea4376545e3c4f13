package io.evomoe.moe;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Computes the maximum number of tokens of an expert. */
public final class Capacity {
  private Capacity() {}

  /**
   * Returns {@code ceil(factor * realTokens / experts)}, exact in the factor's decimal digits. For
   * example, 100 tokens at factor 0.07 give 7; floating-point arithmetic would give 8.
   *
   * @param factor capacity factor, above 0; infinity means no limit and returns {@code realTokens}
   * @param realTokens number of tokens that are not padding
   * @param experts E, at least 1
   */
  public static int of(double factor, int realTokens, int experts) {
    if (Double.isInfinite(factor)) {
      return realTokens;
    }
    BigDecimal capacity =
        BigDecimal.valueOf(factor)
            .multiply(BigDecimal.valueOf(realTokens))
            .divide(BigDecimal.valueOf(experts), 0, RoundingMode.CEILING);
    return capacity.min(BigDecimal.valueOf(realTokens)).intValueExact();
  }
}
