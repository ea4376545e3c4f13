package io.evomoe.nn;

/**
 * A number that a pass computed is infinite or not a number. The message names the layer or the
 * parameter where that showed first; a {@code Trainer} adds the step and the last checkpoint.
 */
public final class NotFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what was not finite.
   *
   * @param message what it was, and of which layer
   */
  public NotFiniteException(String message) {
    super(message);
  }
}
