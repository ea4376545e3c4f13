package io.evomoe.kernel;

/**
 * Rows of a matrix that are assigned to groups with a weight, in the order of the groups: the
 * tokens of each expert. One list serves all kernels of a pass, forward and backward. Kernels with
 * device memory therefore transfer it once.
 *
 * @param n rows of the matrix
 * @param offsets [groups + 1]; group g has {@code rows[offsets[g]]} to {@code rows[offsets[g + 1] -
 *     1]}
 * @param rows [A], each below n, at most once per group
 * @param weights [A]
 */
@SuppressWarnings("ArrayRecordComponent") // large, and never changed
public record RoutedRows(int n, int[] offsets, int[] rows, double[] weights) {

  /** Keeps the arrays, which must not be changed afterwards. */
  public RoutedRows {
    if (rows.length != offsets[offsets.length - 1] || rows.length != weights.length) {
      throw new IllegalArgumentException(
          "rows and weights must be %d, were %d and %d"
              .formatted(offsets[offsets.length - 1], rows.length, weights.length));
    }
  }

  /** Returns A. */
  public int length() {
    return rows.length;
  }

  /** Returns the number of groups. */
  public int groups() {
    return offsets.length - 1;
  }

  /** Returns the position of each entry in a matrix [n, groups] [A]. */
  public int[] places() {
    int[] places = new int[rows.length];
    for (int g = 0; g < groups(); g++) {
      for (int i = offsets[g]; i < offsets[g + 1]; i++) {
        places[i] = Math.addExact(Math.multiplyExact(rows[i], groups()), g);
      }
    }
    return places;
  }
}
