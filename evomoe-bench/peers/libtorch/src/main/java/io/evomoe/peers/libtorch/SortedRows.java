package io.evomoe.peers.libtorch;

/**
 * Tokens sorted by their expert.
 *
 * @param order of each row its token; rows that fill an expert up have token 0
 * @param places of each token its row
 * @param sizes rows of each expert, a multiple of what they are rounded up to
 */
record SortedRows(long[] order, long[] places, long[] sizes) {

  /**
   * Sorts.
   *
   * @param expert of each token
   * @param multiple what rows are rounded up to
   */
  static SortedRows of(long[] expert, int experts, int multiple) {
    long[] sizes = new long[experts];
    for (long e : expert) {
      sizes[(int) e]++;
    }
    int[] next = new int[experts];
    int rows = 0;
    for (int e = 0; e < experts; e++) {
      sizes[e] = (sizes[e] + multiple - 1) / multiple * multiple;
      next[e] = rows;
      rows += (int) sizes[e];
    }
    long[] order = new long[rows];
    long[] places = new long[expert.length];
    for (int token = 0; token < expert.length; token++) {
      places[token] = next[(int) expert[token]]++;
      order[(int) places[token]] = token;
    }
    return new SortedRows(order, places, sizes);
  }
}
