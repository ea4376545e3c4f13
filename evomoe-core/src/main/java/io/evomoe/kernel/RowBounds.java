package io.evomoe.kernel;

/** Checks row numbers before a kernel follows them into memory. */
public final class RowBounds {
  private RowBounds() {}

  /** Refuses a row outside [0, bound). */
  public static void require(int[] rows, long bound) {
    for (int row : rows) {
      if (row < 0 || row >= bound) {
        throw new IllegalArgumentException("row must be in [0, " + bound + "), was " + row);
      }
    }
  }
}
