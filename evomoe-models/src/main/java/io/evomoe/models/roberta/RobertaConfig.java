package io.evomoe.models.roberta;

import io.evomoe.models.stack.StackSize;

/**
 * The size of a RoBERTa.
 *
 * <p>Positions count from 0. The position tables in Hugging Face's files have two rows more, as
 * theirs start behind the id of the padding token (1); a reader of such a file leaves out the first
 * two rows, and adds the one row of token types to all the others.
 *
 * @param vocabulary token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param stack the blocks; their dropout rate is that of the embeddings and of the classifier too
 */
public record RobertaConfig(int vocabulary, int positions, StackSize stack) {

  /** Refuses sizes out of their bounds. */
  public RobertaConfig {
    requirePositive("vocabulary", vocabulary);
    requirePositive("positions", positions);
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, was " + value);
    }
  }
}
