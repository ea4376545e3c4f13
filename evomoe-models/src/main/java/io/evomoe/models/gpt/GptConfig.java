package io.evomoe.models.gpt;

import io.evomoe.models.stack.StackSize;

/**
 * The size of a GPT.
 *
 * @param vocabulary token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param stack its blocks; the dropout is that of the embeddings as well
 */
public record GptConfig(int vocabulary, int positions, StackSize stack) {

  /** Refuses sizes out of their bounds. */
  public GptConfig {
    requirePositive("vocabulary", vocabulary);
    requirePositive("positions", positions);
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, was " + value);
    }
  }
}
