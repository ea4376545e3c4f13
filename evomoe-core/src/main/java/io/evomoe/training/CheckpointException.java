package io.evomoe.training;

/** Thrown if a file is damaged or does not fit its target. The message names file and tensor. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CheckpointException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
