package io.evomoe.moe;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How many tokens an expert may take. */
public final class Capacity {
  private Capacity() {}

  /**
   * {@code ceil(factor * realTokens / experts)}. Exact in the factor's decimal digits: 100 tokens
   * at 0.07 are 7, where floating-point arithmetic gives 8.
   *
   * @param factor above 0; infinity means no limit, so the number of real tokens
   * @param realTokens tokens that are not padding
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
