package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;

/**
 * Nets in a MoE layer that every token uses in addition to its experts (DeepSeekMoE, arXiv
 * 2401.06066, section 3.2).
 *
 * @param count number of nets, at least 0
 * @param intermediateSize intermediate size of each net, at least 1
 * @param gated whether their sum is multiplied by {@code sigmoid(x w)} of the token, as in
 *     Qwen2-MoE (Yang et al. 2024, arXiv 2407.10671)
 */
public record SharedExperts(int count, int intermediateSize, boolean gated) {

  /** Rejects sizes out of bounds and a gate without shared experts. */
  public SharedExperts {
    FieldBound.atLeast("sharedExperts", count, 0);
    FieldBound.atLeast("sharedExpertIntermediateSize", intermediateSize, 1);
    if (gated && count == 0) {
      throw new IllegalArgumentException(
          "sharedGate needs sharedExperts of at least 1, was given with 0");
    }
  }

  /** Returns a copy with another intermediate size. */
  public SharedExperts withIntermediateSize(int other) {
    return new SharedExperts(count, other, gated);
  }
}
