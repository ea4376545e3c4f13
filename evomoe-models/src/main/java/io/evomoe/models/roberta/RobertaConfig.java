package io.evomoe.models.roberta;

import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;

/**
 * The size of a RoBERTa.
 *
 * @param embedding tokens, positions and token types; positions count from 0 and there are no token
 *     types unless it says so, as for weights from Hugging Face ({@link EmbeddingSize})
 * @param stack the blocks; their dropout rate is that of the embeddings and of the classifier too
 */
public record RobertaConfig(EmbeddingSize embedding, StackSize stack) {

  /**
   * A size with positions that count from 0 and no token types.
   *
   * @param vocabulary token ids, at least 1
   * @param positions longest sequence, at least 1
   */
  public RobertaConfig(int vocabulary, int positions, StackSize stack) {
    this(EmbeddingSize.of(vocabulary, positions), stack);
  }

  /** Number of token ids. */
  public int vocabulary() {
    return embedding.vocabulary();
  }

  /** Longest sequence. */
  public int positions() {
    return embedding.positions();
  }
}
