package io.evomoe.models.llama;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.stack.StackConfig;

/**
 * The size of a Llama.
 *
 * @param vocabulary number of token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param tied whether the output head shares the token embedding's weights
 * @param stack size of the blocks; its dropout rate applies to the embeddings too
 */
public record LlamaConfig(int vocabulary, int positions, boolean tied, StackConfig stack) {

  /** Rejects sizes out of bounds. */
  public LlamaConfig {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
  }
}
