package io.evomoe.moe;

/**
 * The numbers an option may have.
 *
 * @param min the lower end
 * @param includesMin whether {@code min} itself is allowed
 * @param max the upper end
 * @param includesMax whether {@code max} itself is allowed
 */
public record Bounds(double min, boolean includesMin, double max, boolean includesMax) {

  /** Finite numbers from {@code min} on. */
  public static Bounds atLeast(double min) {
    return new Bounds(min, true, Double.POSITIVE_INFINITY, false);
  }

  /** Finite numbers greater than {@code min}. */
  public static Bounds above(double min) {
    return new Bounds(min, false, Double.POSITIVE_INFINITY, false);
  }

  /** The part of these that is at most {@code end}. */
  public Bounds atMost(double end) {
    return new Bounds(min, includesMin, end, true);
  }

  /** The part of these that is less than {@code end}. */
  public Bounds below(double end) {
    return new Bounds(min, includesMin, end, false);
  }

  /** These and infinity. */
  public Bounds orInfinite() {
    return atMost(Double.POSITIVE_INFINITY);
  }

  /** Whether {@code value} is allowed; NaN never is. */
  public boolean contains(double value) {
    boolean aboveMin = includesMin ? value >= min : value > min;
    boolean belowMax = includesMax ? value <= max : value < max;
    return aboveMin && belowMax;
  }

  /** In words: {@code at least 0 and below 1}. */
  @Override
  public String toString() {
    String lower = (includesMin ? "at least " : "above ") + plain(min);
    if (Double.isInfinite(max)) {
      return lower + (includesMax ? " or infinite" : "");
    }
    return lower + " and " + (includesMax ? "at most " : "below ") + plain(max);
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
