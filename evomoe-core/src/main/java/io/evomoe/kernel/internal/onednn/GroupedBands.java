package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.RowGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Bands of the rows of groups, in pieces for threads. */
final class GroupedBands {
  private GroupedBands() {}

  /** Runs body on the bands of all groups, in any order. */
  static void run(RowGroups groups, Consumer<Band> body) {
    List<Band> bands = new ArrayList<>();
    for (int g = 0; g < groups.count(); g++) {
      for (int piece = 0; piece < Pieces.bands(groups.size(g)); piece++) {
        bands.add(Band.of(groups, g, piece));
      }
    }
    Pieces.run(bands.size(), piece -> body.accept(bands.get(piece)));
  }

  /**
   * Runs body on the bands of all groups. Bands of the same input rows follow each other, in the
   * order of the groups.
   */
  static void runInputs(RowGroups groups, Consumer<Band> body) {
    if (!groups.isShared()) {
      run(groups, body);
      return;
    }
    Pieces.run(
        Pieces.bands(groups.inputRows()),
        piece -> {
          for (int g = 0; g < groups.count(); g++) {
            body.accept(Band.of(groups, g, piece));
          }
        });
  }

  /**
   * Rows of one group.
   *
   * @param row first row, counted over all groups
   * @param inputRow first row of the input
   */
  record Band(int group, int row, int inputRow, int rows) {
    private static Band of(RowGroups groups, int group, int piece) {
      int from = piece * Pieces.ROWS;
      int rows = Math.min(Pieces.ROWS, groups.size(group) - from);
      return new Band(group, groups.offset(group) + from, groups.inputOffset(group) + from, rows);
    }
  }
}
