package io.evomoe.models.gpt;

import io.evomoe.internal.names.FieldBound;
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
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 1);
  }
}
