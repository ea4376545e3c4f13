package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;

/**
 * Nets in an MoE layer that every token uses beside its experts (DeepSeekMoE, arXiv 2401.06066,
 * section 3.2).
 *
 * @param count at least 0
 * @param hidden width inside each, at least 1
 * @param gated whether their sum is multiplied with {@code sigmoid(x w)} of the token, as in
 *     Qwen2-MoE (Yang et al. 2024, arXiv 2407.10671)
 */
public record SharedExperts(int count, int hidden, boolean gated) {

  /** Refuses sizes out of their bounds, and a gate for nothing. */
  public SharedExperts {
    FieldBound.atLeast("sharedExperts", count, 0);
    FieldBound.atLeast("sharedHidden", hidden, 1);
    if (gated && count == 0) {
      throw new IllegalArgumentException(
          "sharedGate needs sharedExperts of at least 1, was given with 0");
    }
  }
}
