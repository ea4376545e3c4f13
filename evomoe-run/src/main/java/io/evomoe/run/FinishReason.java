package io.evomoe.run;

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
