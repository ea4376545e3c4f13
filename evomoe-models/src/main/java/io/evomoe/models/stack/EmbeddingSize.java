package io.evomoe.models.stack;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.Pass;

/**
 * The size of an {@link InputEmbedding}.
 *
 * @param vocabulary number of token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param positionOffset rows of the position table before the first token's row, at least 0. With
 *     0, positions count all tokens of a sequence. Above 0, they count tokens without padding, and
 *     padding uses the last row before the first token's; in Hugging Face's RoBERTa the offset is
 *     the padding token's id plus 1
 * @param tokenTypes rows of the token type table, of which every token uses the first; 0 for no
 *     table
 */
public record EmbeddingSize(int vocabulary, int positions, int positionOffset, int tokenTypes) {

  /** Rejects sizes out of bounds. */
  public EmbeddingSize {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
    FieldBound.atLeast("positionOffset", positionOffset, 0);
    FieldBound.atLeast("tokenTypes", tokenTypes, 0);
  }

  /** Returns a size with positions that count from 0 and without token types. */
  public static EmbeddingSize of(int vocabulary, int positions) {
    return new EmbeddingSize(vocabulary, positions, 0, 0);
  }

  /**
   * Rejects sequences that are too long, with their cached tokens.
   *
   * @throws IllegalArgumentException if the longest has more than {@link #positions} tokens
   */
  public void requireFit(Pass pass) {
    if (pass.longest() > positions) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d".formatted(positions, pass.longest()));
    }
  }
}
