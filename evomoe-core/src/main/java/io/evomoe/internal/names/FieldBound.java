package io.evomoe.internal.names;

/** Refuses the value of a field that is out of its bounds, in the words of every such refusal. */
public final class FieldBound {
  private FieldBound() {}

  /**
   * Refuses a whole number that is too small.
   *
   * @param field its name
   * @throws IllegalArgumentException naming field, bound and value
   */
  public static void atLeast(String field, long value, long minimum) {
    if (value < minimum) {
      throw new IllegalArgumentException(field + " must be at least " + minimum + ", was " + value);
    }
  }
}
