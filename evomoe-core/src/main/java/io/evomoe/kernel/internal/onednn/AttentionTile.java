package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A part of an attention that is computed at once: the queries {@code firstQuery ..} of some heads
 * of some sequences, and the keys that they can see, which are the first ones.
 *
 * <p>Tiles are small enough for their scores to stay in the second-level cache between the two
 * products. Under a causal mask, earlier queries skip keys that none of them sees.
 *
 * @param form its shape, shared with other tiles
 */
record AttentionTile(int firstSequence, int firstHead, int firstQuery, Form form) {
  private static final int SCORES = 1 << 16;
  private static final int QUERIES = 64;

  /**
   * Covers an attention. Tiles of the same sequences and heads are in one list, because they add to
   * the same gradients. The tile with the most keys comes first.
   *
   * @param headWidth size of a head
   * @param split whether queries may be split, if that saves work
   * @param both whether a tile may have several heads of several sequences, and several sequences
   *     if sums have one term
   */
  static List<List<AttentionTile>> of(
      HeadGroups groups, int headWidth, boolean split, boolean both) {
    AttentionShape shape = groups.products();
    int members = groups.members();
    boolean triangular = split && shape.causal() && shape.keys() >= shape.queries();
    int wanted = triangular ? Math.max(1, shape.queries() / QUERIES) : 1;
    int rows = (shape.queries() + wanted - 1) / wanted;
    int blocks = (shape.queries() + rows - 1) / rows;
    long scoresOfHead = (long) members * rows * shape.keys();
    int heads = (int) Math.max(1, Math.min(shape.heads(), SCORES / scoresOfHead));
    int most = (int) Math.max(1, SCORES / (scoresOfHead * shape.heads()));
    if (!both && most > 1) {
      long ofOneHead = Math.min(shape.batch(), SCORES / scoresOfHead);
      boolean oneTerm = Math.min(shape.queries(), Math.min(shape.keys(), headWidth)) == 1;
      boolean several = !oneTerm && ofOneHead > heads;
      heads = several ? 1 : heads;
      most = several ? (int) ofOneHead : 1;
    }
    List<List<AttentionTile>> tiles = new ArrayList<>();
    int sequences;
    for (int first = 0; first < shape.batch(); first += sequences) {
      // Powers of two, so that batches of all sizes share a few compiled primitives.
      sequences = Integer.highestOneBit(Math.min(most, shape.batch() - first));
      for (int head = 0; head < shape.heads(); head += heads) {
        int together = Math.min(heads, shape.heads() - head);
        List<AttentionTile> same = new ArrayList<>();
        for (int block = blocks - 1; block >= 0; block--) {
          int from = block * rows;
          int to = Math.min(shape.queries(), from + rows);
          int keys = triangular && to < shape.queries() ? to : shape.keys();
          Form form = new Form(shape, members, headWidth, sequences, together, to - from, keys);
          same.add(new AttentionTile(first, head, from, form));
        }
        tiles.add(same);
      }
    }
    return tiles;
  }

  /**
   * Returns whether it is the first tile of its sequences, so that it overwrites the target of
   * later ones.
   */
  boolean isFirst() {
    return form.keys == form.whole.keys();
  }

  /** Returns its queries in one of the heads that share keys. */
  HeadRows queries(HeadRows all, int member) {
    return all.from(firstSequence, firstHead, firstQuery, (long) member * form.headWidth);
  }

  /** Returns its keys. */
  HeadRows keys(HeadRows all) {
    return all.from(firstSequence, firstHead, 0, 0);
  }

  /**
   * Shape of a tile. Its scores are [members, sequences, heads, queries, keys].
   *
   * @param whole the attention, with a head for each of keys and values
   * @param members number of query heads that share those
   * @param headWidth size of a head
   * @param sequences sequences computed at once
   * @param heads heads of keys and values computed at once
   * @param queries queries of each sequence
   * @param keys keys that these see, including masked ones
   */
  record Form(
      AttentionShape whole,
      int members,
      int headWidth,
      int sequences,
      int heads,
      int queries,
      int keys) {

    /** Returns the rows of scores. */
    long rows() {
      return (long) members * sequences * heads * queries;
    }

    /** Returns the total number of scores. */
    long scores() {
      return rows() * keys;
    }

    /** Returns the address of a member's part of a square of a type. */
    long member(long square, int member, DataType type) {
      return square + scores() / members * member * type.width();
    }

    double scale() {
      return 1 / Math.sqrt(headWidth);
    }
  }

  /**
   * The grouping of query heads that share keys and values for products. Products run member by
   * member, with one matrix for every head of keys. The heads of a single query are rows of one
   * matrix instead.
   *
   * @param products shape of an attention with a head for each of keys and values
   * @param members number of products
   * @param folded whether the rows of the products are the heads that share keys
   */
  record HeadGroups(AttentionShape products, int members, boolean folded) {

    static HeadGroups of(AttentionShape shape) {
      int own = shape.keyValueHeads();
      boolean folded = shape.group() > 1 && shape.queries() == 1;
      int rows = folded ? shape.group() : shape.queries();
      AttentionShape products =
          new AttentionShape(shape.batch(), own, rows, shape.keys(), shape.causal() && !folded);
      return new HeadGroups(products, folded ? 1 : shape.group(), folded);
    }
  }
}
