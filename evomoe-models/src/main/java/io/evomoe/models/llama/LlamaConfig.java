package io.evomoe.models.llama;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.stack.StackSize;

/**
 * The size of a Llama.
 *
 * @param vocabulary token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param tied whether the output head is the token embedding; otherwise it has weights of its own
 * @param stack its blocks; the dropout is that of the embeddings as well
 */
public record LlamaConfig(int vocabulary, int positions, boolean tied, StackSize stack) {

  /** Refuses sizes out of their bounds. */
  public LlamaConfig {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
  }
}
