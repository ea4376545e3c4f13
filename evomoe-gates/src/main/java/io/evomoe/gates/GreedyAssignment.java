package io.evomoe.gates;

import io.evomoe.moe.TokenMatrix;
import java.util.Arrays;

/** Every token to the expert with its highest score, the lowest such expert. */
final class GreedyAssignment {
  private GreedyAssignment() {}

  /** The expert of each token, for scores [S, E]. */
  static int[] of(TokenMatrix scores) {
    int[] expertOf = new int[scores.tokens()];
    Arrays.setAll(expertOf, scores::argMax);
    return expertOf;
  }
}
