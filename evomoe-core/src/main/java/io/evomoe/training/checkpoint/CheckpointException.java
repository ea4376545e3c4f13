package io.evomoe.training.checkpoint;

/** Thrown if a file is damaged or does not fit its target. The message names file and tensor. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CheckpointException(String message) {
    super(message);
  }

  CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
