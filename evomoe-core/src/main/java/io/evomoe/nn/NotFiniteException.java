package io.evomoe.nn;

/**
 * Thrown if a computed number is infinite or NaN. The message names the layer or parameter in which
 * it appeared first. A {@code Trainer} adds the step and the last checkpoint.
 */
public final class NotFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the value that was not finite, and its layer
   */
  public NotFiniteException(String message) {
    super(message);
  }
}
