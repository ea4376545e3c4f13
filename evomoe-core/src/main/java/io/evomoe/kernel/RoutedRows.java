package io.evomoe.kernel;

/**
 * Rows of a matrix that go to groups, each with a weight, in the order of the groups: the tokens of
 * each expert. One list serves all that one pass does with it, forward and backward, so kernels
 * whose arrays lie elsewhere send it once.
 */
public final class RoutedRows {
  private final int n;
  private final int[] offsets;
  private final int[] rows;
  private final double[] weights;

  /**
   * Keeps the arrays, which must not be changed any more.
   *
   * @param n rows of the matrix
   * @param offsets [groups + 1]; group g has {@code rows[offsets[g]]} and on, up to the next
   *     group's
   * @param rows [A], each below n, in a group each once
   * @param weights [A]
   */
  public RoutedRows(int n, int[] offsets, int[] rows, double[] weights) {
    if (rows.length != offsets[offsets.length - 1] || rows.length != weights.length) {
      throw new IllegalArgumentException(
          "rows and weights must be %d, were %d and %d"
              .formatted(offsets[offsets.length - 1], rows.length, weights.length));
    }
    this.n = n;
    this.offsets = offsets;
    this.rows = rows;
    this.weights = weights;
  }

  /** Rows of the matrix. */
  public int n() {
    return n;
  }

  /** A. */
  public int length() {
    return rows.length;
  }

  /** Number of groups. */
  public int groups() {
    return offsets.length - 1;
  }

  /** Rows of the matrix [A]; not to be changed. */
  public int[] rows() {
    return rows;
  }

  /** Weights [A]; not to be changed. */
  public double[] weights() {
    return weights;
  }

  /** Where each number lies in a matrix [n, groups] [A]. */
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
