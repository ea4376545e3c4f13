package io.evomoe.internal.names;

/** Rejects field values out of bounds, with a common wording. */
public final class FieldBound {
  private FieldBound() {}

  /**
   * Rejects an integer that is too small.
   *
   * @param field name of the field
   * @throws IllegalArgumentException naming field, bound and value
   */
  public static void atLeast(String field, long value, long minimum) {
    if (value < minimum) {
      throw new IllegalArgumentException(field + " must be at least " + minimum + ", was " + value);
    }
  }

  /** Rejects a number below 0, above a limit, or that is no number. */
  public static void upTo(String field, double value, int maximum) {
    if (!(value >= 0 && value <= maximum)) {
      throw new IllegalArgumentException(field + " must be in 0.." + maximum + ", was " + value);
    }
  }

  /** Rejects a number that is negative or not finite. */
  public static void notNegative(String field, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(field + " must be at least 0 and finite, was " + value);
    }
  }

  /** Rejects a share outside of [0, 1). */
  public static void belowOne(String field, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(field + " must be in [0, 1), was " + value);
    }
  }

  /** Rejects a number that is not above 0 or not finite. */
  public static void positive(String field, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(field + " must be above 0 and finite, was " + value);
    }
  }

  /**
   * Rejects a number of parts that does not divide a whole evenly.
   *
   * @param field name of the field
   * @param whole name of the number to divide
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
