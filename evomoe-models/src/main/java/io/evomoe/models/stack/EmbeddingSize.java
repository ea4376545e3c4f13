package io.evomoe.models.stack;

import io.evomoe.internal.names.FieldBound;

/**
 * The size of an {@link InputEmbedding}.
 *
 * @param vocabulary token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param positionOffset rows of the position table before that of the first token, at least 0. With
 *     0 positions count all tokens of a sequence; above 0 they count those that are not padding,
 *     and padding has the last of the rows before, as in Hugging Face's RoBERTa, where the offset
 *     is the padding token's id plus 1
 * @param tokenTypes rows of a table of token types, of which every token gets the first; 0 for no
 *     table
 */
public record EmbeddingSize(int vocabulary, int positions, int positionOffset, int tokenTypes) {

  /** Refuses sizes out of their bounds. */
  public EmbeddingSize {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
    FieldBound.atLeast("positionOffset", positionOffset, 0);
    FieldBound.atLeast("tokenTypes", tokenTypes, 0);
  }

  /** Positions that count from 0, and no token types. */
  public static EmbeddingSize of(int vocabulary, int positions) {
    return new EmbeddingSize(vocabulary, positions, 0, 0);
  }
}
