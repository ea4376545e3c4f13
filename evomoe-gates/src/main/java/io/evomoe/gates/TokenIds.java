package io.evomoe.gates;

import io.evomoe.moe.GateSpec;

/** Checks for gates that use token ids. */
final class TokenIds {
  private TokenIds() {}

  /** Rejects a model whose tokens have no ids. */
  static void require(String gate, GateSpec spec) {
    if (spec.vocabulary() < 1) {
      throw new IllegalArgumentException(
          "vocabulary of token ids must be at least 1 for gate %s, which looks at ids, was %d"
              .formatted(gate, spec.vocabulary()));
    }
  }
}
