package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of an attention that is computed at once: the queries {@code firstQuery ..} of some
 * sequences, and the keys that they can see, which are the first ones.
 *
 * <p>Tiles are so small that their scores stay in the second-level cache from the product that
 * makes them to the one that uses them. Under a causal mask the earlier queries do not compute the
 * scores of keys that none of them sees.
 *
 * @param form its shape, shared by tiles elsewhere
 */
record AttentionTile(int firstSequence, int firstQuery, Form form) {
  private static final int SCORES = 1 << 18;
  private static final int QUERIES = 64;

  /**
   * Covers an attention. Of one sequence the tile with the most keys comes first.
   *
   * @param width of a row, all heads together
   * @param split whether queries may be split, where that saves work
   */
  static List<AttentionTile> of(AttentionShape shape, int width, boolean split) {
    boolean triangular = split && shape.causal() && shape.keys() >= shape.queries();
    int blocks = triangular ? Math.max(1, shape.queries() / QUERIES) : 1;
    int rows = (shape.queries() + blocks - 1) / blocks;
    int most = Math.max(1, SCORES / (shape.heads() * rows * shape.keys()));
    List<AttentionTile> tiles = new ArrayList<>();
    int sequences;
    for (int first = 0; first < shape.batch(); first += sequences) {
      // Powers of two, so that batches of all sizes share a few compiled primitives.
      sequences = Integer.highestOneBit(Math.min(most, shape.batch() - first));
      for (int block = blocks - 1; block >= 0; block--) {
        int from = block * rows;
        int to = Math.min(shape.queries(), from + rows);
        int keys = triangular && to < shape.queries() ? to : shape.keys();
        tiles.add(
            new AttentionTile(first, from, new Form(shape, width, sequences, to - from, keys)));
      }
    }
    return tiles;
  }

  /** Whether it is the first of its sequences, so that it overwrites what later ones add to. */
  boolean isFirst() {
    return form.keys == form.whole.keys();
  }

  /** Which of the attention's batch times heads matrices is its first. */
  long firstMatrix() {
    return (long) firstSequence * form.whole.heads();
  }

  /** Offset of its first query among rows that are {@code stride} elements apart, in bytes. */
  long queryOffset(int stride) {
    return ((long) firstSequence * form.whole.queries() + firstQuery) * stride * Float.BYTES;
  }

  /** Offset of its first key among rows that are {@code stride} elements apart, in bytes. */
  long keyOffset(int stride) {
    return (long) firstSequence * form.whole.keys() * stride * Float.BYTES;
  }

  /**
   * Shape of a tile.
   *
   * @param whole the attention
   * @param width of a row, all heads together
   * @param sequences computed at once
   * @param queries of each sequence
   * @param keys that these see, masked ones included
   */
  record Form(AttentionShape whole, int width, int sequences, int queries, int keys) {

    /** Matrices of scores, one a sequence and head. */
    long matrices() {
      return (long) sequences * whole.heads();
    }

    /** Rows of scores. */
    long rows() {
      return matrices() * queries;
    }

    /** Scores in all. */
    long scores() {
      return rows() * keys;
    }

    int headWidth() {
      return width / whole.heads();
    }

    double scale() {
      return 1 / Math.sqrt(headWidth());
    }

    /** The same form in an attention of another batch size: the same compiled primitives. */
    Form compiled() {
      AttentionShape any =
          new AttentionShape(1, whole.heads(), whole.queries(), whole.keys(), whole.causal());
      return new Form(any, width, sequences, queries, keys);
    }
  }
}
