package io.evomoe.kernel;

/** Checks row indices before a kernel uses them to access memory. */
public final class RowBounds {
  private RowBounds() {}

  /** Rejects a row outside [0, bound). */
  public static void require(int[] rows, long bound) {
    for (int row : rows) {
      if (row < 0 || row >= bound) {
        throw new IllegalArgumentException("row must be in [0, " + bound + "), was " + row);
      }
    }
  }
}
