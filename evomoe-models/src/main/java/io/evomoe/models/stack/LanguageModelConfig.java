package io.evomoe.models.stack;

import io.evomoe.internal.names.FieldBound;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The size of a language model: its embeddings, blocks and output head.
 *
 * @param vocabulary number of token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param positionOffset rows of the position table before the first token's row, at least 0. With
 *     0, positions count all tokens of a sequence. Above 0, they count tokens without padding, and
 *     padding uses the last row before the first token's; in Hugging Face's RoBERTa the offset is
 *     the padding token's id plus 1
 * @param tokenTypes rows of the token type table, of which every token uses the first; 0 for no
 *     table
 * @param tied whether the output head shares the token embedding's weights; in a RoBERTa it always
 *     does
 * @param stack the blocks; their dropout rate applies to the embeddings too
 */
@RecordBuilder
public record LanguageModelConfig(
    int vocabulary,
    int positions,
    int positionOffset,
    int tokenTypes,
    boolean tied,
    StackConfig stack)
    implements LanguageModelConfigBuilder.With {

  /** Rejects sizes out of bounds. */
  public LanguageModelConfig {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
    FieldBound.atLeast("positionOffset", positionOffset, 0);
    FieldBound.atLeast("tokenTypes", tokenTypes, 0);
  }

  /** Creates a size with positions that count from 0, without token types, and with a tied head. */
  public LanguageModelConfig(int vocabulary, int positions, StackConfig stack) {
    this(vocabulary, positions, 0, 0, true, stack);
  }
}
