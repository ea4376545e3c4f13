package io.evomoe.run;

import java.util.List;

/**
 * A generated text.
 *
 * @param text the continuation, without the prompt and the stop string
 * @param tokenIds all new tokens, without the end of the document
 * @param finishReason why it ended
 */
public record Generated(String text, List<Integer> tokenIds, FinishReason finishReason) {
  /** Keeps the list unmodifiable. */
  public Generated {
    tokenIds = List.copyOf(tokenIds);
  }

  /** Why a generated text ended. */
  public enum FinishReason {
    /** The text has the maximum number of new tokens. */
    LENGTH,
    /** The model ended the document. */
    END,
    /** The text had a stop string. */
    STOP,
    /** The program cancelled the generation, or closed the predictor. */
    CANCELLED,
    /** The time was over. */
    TIMEOUT
  }
}
