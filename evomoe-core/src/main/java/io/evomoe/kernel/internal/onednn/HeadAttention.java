package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.RepeatedArrays;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import io.evomoe.kernel.internal.onednn.AttentionTile.HeadGroups;
import io.evomoe.kernel.internal.onednn.HeadProducts.Mask;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scaled dot-product attention over heads, tile by tile. Probabilities are not kept: recomputing a
 * tile in the backward pass costs less than loading it from main memory.
 *
 * <p>Queries, keys and values have one type, the operand type of products. Scores, softmax and sums
 * are float32. Gradients of keys and values that several tiles or heads add to are summed in
 * float32 and rounded once.
 */
final class HeadAttention {
  private final HeadProducts products;
  private final SoftmaxRows softmax;
  private final SingleQueries singleQueries;
  private final Rounding rounding;
  private final Scratch squares = new Scratch(DataType.FLOAT);

  private final Scratch keySums = new Scratch(DataType.FLOAT);

  private final Scratch documentMasks = new Scratch(DataType.FLOAT);

  private volatile LaterKeys lastLaterKeys = new LaterKeys(List.of(), List.of());

  /**
   * Creates the attention.
   *
   * @param rounding rounding to the type of queries, keys and values, if that is not float32
   */
  HeadAttention(PrimitiveCache cache, SoftmaxRows softmax, Rounding rounding) {
    this.products = new HeadProducts(cache);
    this.softmax = softmax;
    this.singleQueries = new SingleQueries(softmax);
    this.rounding = rounding;
  }

  Attended forward(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    mask.requireFit(shape);
    requireOneType("queries, keys and values", q, k, v);
    boolean single = shape.queries() == 1 && !shape.causal() && !mask.hasDocuments();
    return single && q.dataType() == DataType.FLOAT
        ? new Single(q, k, v, shape, mask)
        : tiled(q, k, v, shape, mask);
  }

  private Tiled tiled(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return new Tiled(
        plainIfOne(q, shape.queries()),
        plainIfOne(k, shape.keys()),
        plainIfOne(v, shape.keys()),
        shape,
        mask);
  }

  private static void requireOneType(String what, INDArray... arrays) {
    List<DataType> types = Stream.of(arrays).map(INDArray::dataType).toList();
    if (types.stream().distinct().count() > 1) {
      throw new IllegalArgumentException("%s must be of one type, were %s".formatted(what, types));
    }
  }

  /** oneDNN 3 misreads products over a single row that is strided. */
  private static INDArray plainIfOne(INDArray rows, int length) {
    return length == 1 && Address.rowStride(rows) != rows.size(1) ? rows.dup('c') : rows;
  }

  /**
   * Returns the masks of tiles that hide later keys. Those of the last call are kept, because all
   * layers of a model have the same.
   *
   * @param tiles all tiles of the same sequences and heads
   */
  LaterKeys laterKeys(List<AttentionTile> tiles) {
    List<Area> areas = tiles.stream().map(Area::of).toList();
    LaterKeys last = lastLaterKeys;
    if (!last.areas.equals(areas)) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        last = new LaterKeys(areas, areas.stream().map(Area::laterKeys).toList());
      }
      lastLaterKeys = last;
    }
    return last;
  }

  /**
   * Masks [queries, keys] of areas of scores. They hide later keys.
   *
   * @param masks outside of workspaces. Keep this object while their addresses are used
   */
  record LaterKeys(List<Area> areas, List<INDArray> masks) {
    INDArray of(AttentionTile tile) {
      return masks.get(areas.indexOf(Area.of(tile)));
    }
  }

  /** The scores of some queries and the first keys of a sequence. */
  record Area(int firstQuery, int queries, int keys) {
    static Area of(AttentionTile tile) {
      return new Area(tile.firstQuery(), tile.form().queries(), tile.form().keys());
    }

    private INDArray laterKeys() {
      float[] mask = new float[queries * keys];
      for (int i = 0; i < queries; i++) {
        for (int j = firstQuery + i + 1; j < keys; j++) {
          mask[i * keys + j] = AttentionMask.HIDDEN;
        }
      }
      return Nd4j.createFromArray(mask);
    }
  }

  /** An attention of one query for each sequence, whose backward pass begins anew with tiles. */
  private final class Single implements Attended {
    private final Supplier<Tiled> whole;
    private final INDArray output;

    Single(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
      this.whole = () -> tiled(q, k, v, shape, mask);
      this.output = singleQueries.attend(q, k, v, shape, mask);
    }

    @Override
    public INDArray output() {
      return output;
    }

    @Override
    public void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
      whole.get().pull(dOutput, dq, dk, dv);
    }
  }

  /** An attention that recomputes its probabilities, the masked softmax of the scores. */
  private final class Tiled implements Attended {
    private final AttentionShape shape;
    private final HeadGroups groups;
    private final INDArray q;
    private final INDArray k;
    private final INDArray v;
    private final AttentionMask mask;
    private final boolean documents;
    private final @Nullable INDArray padded;
    private final List<List<AttentionTile>> tiles;
    private final INDArray output;

    private final @Nullable LaterKeys laterKeys;

    Tiled(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
      this.shape = shape;
      this.groups = HeadGroups.of(shape);
      this.q = q;
      this.k = k;
      this.v = v;
      this.mask = mask;
      this.documents = mask.hasDocuments() && shape.queries() > 1;
      boolean firstOnly = shape.causal() && groups.folded();
      boolean byKey = !documents && (!mask.withoutDocuments().isNone() || firstOnly);
      this.output = RepeatedArrays.create(q.dataType(), q.size(0), q.size(1));
      this.padded = byKey ? keyMask(firstOnly) : null;
      int headWidth = (int) q.size(1) / shape.heads();
      // oneDNN 3.13 misreads bfloat16 products over several heads of several sequences with a mask,
      // on matrix units, and those over several sequences whose sums have one term, everywhere.
      boolean both = q.dataType() == DataType.FLOAT;
      this.tiles = AttentionTile.of(groups, headWidth, !byKey, both);
      this.laterKeys = groups.products().causal() && !documents ? laterKeys(tiles.get(0)) : null;
      forTilesOfSameKeys(same -> same.forEach(this::attend));
    }

    /** Writes the output of a tile's queries. */
    private void attend(AttentionTile tile) {
      Form form = tile.form();
      DataType type = v.dataType();
      HeadRows values = tile.keys(HeadRows.ofKeys(v, shape));
      HeadRows out = HeadRows.ofQueries(output, shape, groups);
      TileSquares room = TileSquares.of(form, type, squares);
      compute(tile, room.scores(), room.probabilities(), type);
      for (int m = 0; m < form.members(); m++) {
        long own = form.member(room.probabilities(), m, type);
        products.mix(own, values, tile.queries(out, m), form, 1);
      }
    }

    @Override
    public INDArray output() {
      return output;
    }

    @Override
    public void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
      requireOneType("values, and gradients of an attention,", v, dOutput, dq, dk, dv);
      forTilesOfSameKeys(
          tiles -> {
            HeadRows dOut = HeadRows.ofQueries(dOutput, shape, groups);
            HeadRows dQueries = HeadRows.ofQueries(dq, shape, groups);
            KeyGradients sums = KeyGradients.of(tiles, dk, dv, shape, keySums);
            tiles.forEach(tile -> pull(tile, dOut, dQueries, sums));
            sums.finish(products);
          });
    }

    /** Writes the gradients of a tile's queries, and adds to those of its keys and values. */
    private void pull(AttentionTile tile, HeadRows dOut, HeadRows dQueries, KeyGradients into) {
      Form form = tile.form();
      double scale = form.scale();
      DataType type = v.dataType();
      HeadRows values = tile.keys(HeadRows.ofKeys(v, shape));
      TileSquares room = TileSquares.of(form, type, squares);
      compute(tile, room.scores(), room.scores(), DataType.FLOAT);
      if (type != DataType.FLOAT) {
        rounding.round(room.scores(), room.probabilities(), form.scores());
      }
      for (int m = 0; m < form.members(); m++) {
        boolean add = m > 0 || !tile.isFirst();
        HeadRows dOwn = tile.queries(dOut, m);
        long own = form.member(room.probabilities(), m, type);
        products.mixTransposed(own, dOwn, into.valueSums(), form, 1, add);
        products.outer(dOwn, values, form.member(room.dProbabilities(), m, DataType.FLOAT), form);
      }
      softmax.backward(
          room.scores(), room.dProbabilities(), room.dScores(), form.rows(), form.keys(), type);
      for (int m = 0; m < form.members(); m++) {
        boolean add = m > 0 || !tile.isFirst();
        long own = form.member(room.dScores(), m, type);
        products.mix(own, tile.keys(keys()), tile.queries(dQueries, m), form, scale);
        products.mixTransposed(own, tile.queries(queries(), m), into.keySums(), form, scale, add);
      }
    }

    /**
     * Returns the mask by key.
     *
     * @param firstOnly whether all keys except the first are hidden: a folded query is the first
     *     one
     */
    private INDArray keyMask(boolean firstOnly) {
      float[] values = mask.ofKeys(shape);
      if (firstOnly) {
        for (int row = 0; row < values.length; row++) {
          values[row] = row % shape.keys() > 0 ? AttentionMask.HIDDEN : values[row];
        }
      }
      INDArray array = Nd4j.createUninitialized(DataType.FLOAT, values.length);
      Floats.of(array).put(0, values);
      return array;
    }

    private HeadRows queries() {
      return HeadRows.ofQueries(q, shape, groups);
    }

    private HeadRows keys() {
      return HeadRows.ofKeys(k, shape);
    }

    /** Runs body on lists of tiles that add to the same gradients, each list on one thread. */
    private void forTilesOfSameKeys(Consumer<List<AttentionTile>> body) {
      Pieces.run(tiles.size(), piece -> body.accept(tiles.get(piece)));
    }

    /**
     * Computes the probabilities of a tile.
     *
     * @param scores address of its scores
     * @param to address of the probabilities, of the given type; the same address if that is
     *     float32
     */
    private void compute(AttentionTile tile, long scores, long to, DataType type) {
      Form form = tile.form();
      List<Mask> masks = masks(tile);
      for (int m = 0; m < form.members(); m++) {
        HeadRows own = tile.queries(queries(), m);
        long made = form.member(scores, m, DataType.FLOAT);
        products.scores(own, tile.keys(keys()), made, form, masks);
      }
      softmax.forward(scores, to, form.rows(), form.keys(), type);
    }

    private List<Mask> masks(AttentionTile tile) {
      Form form = tile.form();
      if (documents) {
        return List.of(new Mask(form.sequences(), form.queries(), documentMask(tile)));
      }
      List<Mask> masks = new ArrayList<>();
      if (laterKeys != null) {
        masks.add(new Mask(1, form.queries(), Address.of(laterKeys.of(tile))));
      }
      if (padded != null) {
        long first = (long) tile.firstSequence() * shape.keys();
        masks.add(new Mask(form.sequences(), 1, Address.of(padded) + first * Float.BYTES));
      }
      return masks;
    }

    /**
     * Returns the document mask. It is computed for each tile, which is cheap because a row of
     * heads shares it.
     */
    private long documentMask(AttentionTile tile) {
      Form form = tile.form();
      int area = form.queries() * form.keys();
      float[] values = new float[form.sequences() * area];
      for (int i = 0; i < form.sequences(); i++) {
        int sequence = tile.firstSequence() + i;
        mask.write(
            shape, sequence, tile.firstQuery(), form.queries(), form.keys(), values, i * area);
      }
      long address = documentMasks.address(values.length);
      Address.buffer(address, values.length).put(values);
      return address;
    }
  }

  /**
   * Memory for the squares of an attention's tile, which have the shape of its scores. Products
   * write float32 squares and read squares of the type of the rows, which may be the same.
   *
   * @param first address of the first square
   * @param bytes size of a float32 square
   * @param same whether the type of the rows is float32
   */
  private record TileSquares(long first, long bytes, boolean same) {
    /**
     * Returns squares in scratch memory, valid until its next request.
     *
     * @param type type of the squares that products read
     * @param scratch float32 memory
     */
    static TileSquares of(Form form, DataType type, Scratch scratch) {
      boolean same = type == DataType.FLOAT;
      long first = scratch.address((same ? 2 : 3) * form.scores());
      return new TileSquares(first, form.scores() * Float.BYTES, same);
    }

    /** Returns the address of the float32 scores, which are overwritten by the probabilities. */
    long scores() {
      return first;
    }

    /** Returns the address of the float32 gradients of the probabilities. */
    long dProbabilities() {
      return first + bytes;
    }

    /**
     * Returns the address of the probabilities that products read. It is that of the scores if the
     * type is float32.
     */
    long probabilities() {
      return same ? scores() : first + 2 * bytes;
    }

    /**
     * Returns the address of the gradients of the scores that products read. They are in place if
     * the type is float32.
     */
    long dScores() {
      return same ? dProbabilities() : first + 2 * bytes + bytes / 2;
    }
  }
}
