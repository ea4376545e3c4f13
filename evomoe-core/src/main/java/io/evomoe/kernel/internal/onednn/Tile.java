package io.evomoe.kernel.internal.onednn;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of the result of a product, which one thread computes over all terms of its sums.
 *
 * @param row first row
 * @param column first column
 */
record Tile(long row, long column, long rows, long columns) {
  /** Returns the whole of a matrix. */
  static Tile whole(long rows, long columns) {
    return new Tile(0, 0, rows, columns);
  }

  /** Cuts a matrix into squares, smaller ones at the edges. */
  static List<Tile> squares(long rows, long columns, long side) {
    return cut(rows, columns, side, side);
  }

  /** Cuts a matrix into bands of whole rows. */
  static List<Tile> bands(long rows, long columns) {
    return cut(rows, columns, Pieces.ROWS, columns);
  }

  private static List<Tile> cut(long rows, long columns, long height, long width) {
    List<Tile> tiles = new ArrayList<>();
    for (long row = 0; row < rows; row += height) {
      for (long column = 0; column < columns; column += width) {
        tiles.add(
            new Tile(row, column, Math.min(height, rows - row), Math.min(width, columns - column)));
      }
    }
    return tiles;
  }
}
