package io.evomoe.models.roberta;

import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackConfig;

/**
 * The size of a RoBERTa.
 *
 * @param embedding tokens, positions and token types; weights from Hugging Face need a position
 *     offset and token types ({@link EmbeddingSize})
 * @param stack the blocks; their dropout rate applies to the embeddings and the classifier too
 */
public record RobertaConfig(EmbeddingSize embedding, StackConfig stack) {

  /**
   * Creates a size with positions that count from 0 and without token types.
   *
   * @param vocabulary number of token ids, at least 1
   * @param positions longest sequence, at least 1
   */
  public RobertaConfig(int vocabulary, int positions, StackConfig stack) {
    this(EmbeddingSize.of(vocabulary, positions), stack);
  }

  /** Returns the number of token ids. */
  public int vocabulary() {
    return embedding.vocabulary();
  }

  /** Returns the length of the longest sequence. */
  public int positions() {
    return embedding.positions();
  }
}
