package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.RowGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The work of a kernel in pieces. One thread takes a piece through all products and element-wise
 * passes while its data is in the cache. oneDNN's own threads are not used, so a kernel waits for
 * others once or twice instead of once per primitive. Cuts depend only on sizes, so results are the
 * same for any number of threads.
 */
final class Pieces {
  /** Rows that pass through a layer together. */
  static final int ROWS = 256;

  /** Elements that one thread takes at a time if they are independent. */
  static final int ELEMENTS = 1 << 16;

  private Pieces() {}

  /** Runs body on each piece in [0, count), with every primitive of it on that piece's thread. */
  static void run(int count, IntConsumer body) {
    Parallel.each(
        count,
        piece -> {
          NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
          int threads = openMp.ompGetMaxThreads();
          openMp.setOmpNumThreads(1);
          try {
            body.accept(piece);
          } finally {
            openMp.setOmpNumThreads(threads);
          }
        });
  }

  /** Runs pieces of different kinds. */
  static void run(List<Runnable> pieces) {
    run(pieces.size(), piece -> pieces.get(piece).run());
  }

  /** Runs body on bands of at most {@value #ROWS} rows. */
  static void ofRows(int rows, Band body) {
    run(
        bands(rows),
        piece -> {
          int from = piece * ROWS;
          body.run(from, Math.min(ROWS, rows - from));
        });
  }

  /** Returns the number of bands. */
  static int bands(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  /**
   * Runs body on pieces of {@code elements} elements. It receives the start of a piece in bytes.
   */
  static void ofElements(long elements, Flat body) {
    int count = Math.toIntExact((elements + ELEMENTS - 1) / ELEMENTS);
    run(
        count,
        piece -> {
          long from = (long) piece * ELEMENTS;
          body.run(from * Float.BYTES, Math.min(ELEMENTS, elements - from));
        });
  }

  /** Runs body on the bands of the rows of all groups, in any order. */
  static void ofGroups(RowGroups groups, Consumer<GroupBand> body) {
    List<GroupBand> bands = new ArrayList<>();
    for (int g = 0; g < groups.count(); g++) {
      for (int piece = 0; piece < bands(groups.size(g)); piece++) {
        bands.add(GroupBand.of(groups, g, piece));
      }
    }
    run(bands.size(), piece -> body.accept(bands.get(piece)));
  }

  /**
   * Runs body on the bands of all groups. Bands of the same input rows follow each other, in the
   * order of the groups.
   */
  static void ofGroupInputs(RowGroups groups, Consumer<GroupBand> body) {
    if (!groups.isShared()) {
      ofGroups(groups, body);
      return;
    }
    run(
        bands(groups.inputRows()),
        piece -> {
          for (int g = 0; g < groups.count(); g++) {
            body.accept(GroupBand.of(groups, g, piece));
          }
        });
  }

  /**
   * Rows of one group.
   *
   * @param row first row, counted over all groups
   * @param inputRow first row of the input
   */
  record GroupBand(int group, int row, int inputRow, int rows) {
    private static GroupBand of(RowGroups groups, int group, int piece) {
      int from = piece * ROWS;
      int rows = Math.min(ROWS, groups.size(group) - from);
      return new GroupBand(
          group, groups.offset(group) + from, groups.inputOffset(group) + from, rows);
    }
  }

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
      return cut(rows, columns, ROWS, columns);
    }

    /** Cuts a matrix into tiles, smaller ones at the edges. */
    static List<Tile> cut(long rows, long columns, long height, long width) {
      List<Tile> tiles = new ArrayList<>();
      for (long row = 0; row < rows; row += height) {
        for (long column = 0; column < columns; column += width) {
          tiles.add(
              new Tile(
                  row, column, Math.min(height, rows - row), Math.min(width, columns - column)));
        }
      }
      return tiles;
    }
  }

  /** Processes contiguous rows. */
  interface Band {
    void run(int from, int rows);
  }

  /**
   * Processes contiguous elements. {@link #ofElements} gives the start in bytes, {@link
   * ElementWise} in elements.
   */
  interface Flat {
    void run(long start, long elements);
  }
}
