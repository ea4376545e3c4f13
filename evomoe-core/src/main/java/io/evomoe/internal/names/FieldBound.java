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

  /**
   * Refuses a number of parts that cannot share a whole evenly.
   *
   * @param field its name
   * @param whole name of what it has to divide
   * @throws IllegalArgumentException naming both fields and values
   */
  public static void divides(String field, int value, String whole, int size) {
    if (value < 1 || size % value != 0) {
      throw new IllegalArgumentException(
          "%s must be at least 1 and divide the %s, %d, was %d"
              .formatted(field, whole, size, value));
    }
  }
}
