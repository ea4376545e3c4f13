package io.evomoe.moe;

/**
 * The values that a numeric option accepts.
 *
 * @param min the lower end
 * @param includesMin whether {@code min} itself is allowed
 * @param max the upper end
 * @param includesMax whether {@code max} itself is allowed
 */
public record Bounds(double min, boolean includesMin, double max, boolean includesMax) {

  /** Returns the bounds for finite numbers of at least {@code min}. */
  public static Bounds atLeast(double min) {
    return new Bounds(min, true, Double.POSITIVE_INFINITY, false);
  }

  /** Returns the bounds for finite numbers greater than {@code min}. */
  public static Bounds above(double min) {
    return new Bounds(min, false, Double.POSITIVE_INFINITY, false);
  }

  /** Returns these bounds with the inclusive upper end {@code end}. */
  public Bounds atMost(double end) {
    return new Bounds(min, includesMin, end, true);
  }

  /** Returns these bounds with the exclusive upper end {@code end}. */
  public Bounds below(double end) {
    return new Bounds(min, includesMin, end, false);
  }

  /** Returns these bounds with infinity allowed too. */
  public Bounds orInfinite() {
    return atMost(Double.POSITIVE_INFINITY);
  }

  /** Returns whether {@code value} is allowed. NaN is never allowed. */
  public boolean contains(double value) {
    boolean aboveMin = includesMin ? value >= min : value > min;
    boolean belowMax = includesMax ? value <= max : value < max;
    return aboveMin && belowMax;
  }

  /** Returns the bounds in words, e.g. {@code at least 0 and below 1}. */
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
