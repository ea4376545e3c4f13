package io.evomoe.models.gpt;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.stack.StackConfig;

/**
 * The size of a GPT.
 *
 * @param vocabulary number of token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param stack size of the blocks; its dropout rate applies to the embeddings too
 */
public record GptConfig(int vocabulary, int positions, StackConfig stack) {

  /** Rejects sizes out of bounds. */
  public GptConfig {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
  }
}
