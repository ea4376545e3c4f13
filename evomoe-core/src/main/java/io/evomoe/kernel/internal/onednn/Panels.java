package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.internal.onednn.Pieces.Tile;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies of weights [in, out] in panels: the first {@value #COLUMNS} columns of all rows, then the
 * next ones. A product of few rows takes the columns in groups of about that width. So it reads a
 * panel in the order of the memory, which takes two thirds of the time of the weight itself. A
 * table whose transpose is a right side, e.g. of the output head, has a copy of its transpose.
 */
final class Panels {
  /**
   * Whether copies are in blocks instead (see {@link Layout#blocked}), after each other for all
   * parts of the sums. With AVX2, compiled products read blocks twice as fast as sgemm reads
   * panels. With AVX-512, sgemm is faster for one row.
   */
  static final boolean BLOCKED = !Instructions.haveAvx512();

  /** Columns of a panel; the last one of a weight may have fewer, or a few more. */
  static final int COLUMNS = 256;

  /** Columns below which oneDNN may sum one row in another order than several. */
  static final int LEAST = 16;

  private final IdentityHashMap<INDArray, Held> copies = new IdentityHashMap<>();
  private final PrimitiveCache cache;

  Panels(PrimitiveCache cache) {
    this.cache = cache;
  }

  /** Allows this thread to use copies of weights until the result is run. */
  synchronized Runnable hold(List<INDArray> weights) {
    Thread holder = Thread.currentThread();
    List<INDArray> held = new ArrayList<>(weights);
    held.forEach(
        weight -> copies.computeIfAbsent(weight, unused -> new Held()).holders.add(holder));
    return () -> release(held, holder);
  }

  /** Ends a hold, whose list it empties, so that it ends once. */
  private synchronized void release(List<INDArray> weights, Thread holder) {
    for (INDArray weight : weights) {
      Held held = Objects.requireNonNull(copies.get(weight));
      held.holders.remove(holder);
      if (held.holders.isEmpty()) {
        copies.remove(weight);
        held.close();
      }
    }
    weights.clear();
  }

  /**
   * Returns the copy of a weight, made by the first call; null if this thread does not hold it, or
   * if it needs none: it is one panel, or too narrow for blocks.
   */
  synchronized @Nullable INDArray of(INDArray weight) {
    Held held = heldHere(weight);
    if (held == null || weight.size(1) < (BLOCKED ? LEAST : COLUMNS + LEAST)) {
      return null;
    }
    if (held.copy == null) {
      held.copy = copy(weight, false);
    }
    return held.copy;
  }

  /**
   * Returns the copy of the transpose of a table, made by the first call; null if this thread does
   * not hold it.
   */
  synchronized @Nullable INDArray ofTransposed(INDArray table) {
    Held held = heldHere(table);
    if (held == null) {
      return null;
    }
    if (held.transposed == null) {
      held.transposed = copy(table, true);
    }
    return held.transposed;
  }

  /** A copy of another thread may be freed while this one reads it. */
  private @Nullable Held heldHere(INDArray weight) {
    Held held = copies.get(weight);
    return held != null && held.holders.contains(Thread.currentThread()) ? held : null;
  }

  /**
   * Cuts the columns of rows into parts of some panels. The last part takes a rest of under {@value
   * #LEAST} columns, too.
   */
  static List<Tile> cut(long rows, long columns, long panels) {
    List<Tile> parts = new ArrayList<>();
    long width = panels * COLUMNS;
    long taken;
    for (long column = 0; column < columns; column += taken) {
      long left = columns - column;
      taken = left < width + LEAST ? left : width;
      parts.add(new Tile(0, column, rows, taken));
    }
    return parts;
  }

  private INDArray copy(INDArray weight, boolean transposed) {
    long in = weight.size(transposed ? 1 : 0);
    long out = weight.size(transposed ? 0 : 1);
    INDArray copy;
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      copy = Nd4j.createUninitialized(DataType.FLOAT, Layout.whole(in) * Layout.whole(out));
    }
    List<Runnable> pieces = new ArrayList<>();
    long most = BLOCKED ? RowProducts.TERMS : in;
    for (long term = 0; term < in; term += most) {
      long from = term;
      long terms = Math.min(most, in - term);
      for (Tile tile : cut(terms, out, 1)) {
        long columns = tile.columns();
        Layout given =
            transposed
                ? Layout.strided(DataType.FLOAT, columns, terms, in).transposed()
                : Layout.strided(DataType.FLOAT, terms, columns, out);
        long first = transposed ? tile.column() * in + from : from * out + tile.column();
        Layout made =
            BLOCKED
                ? Layout.blocked(DataType.FLOAT, terms, columns)
                : Layout.dense(DataType.FLOAT, terms, columns);
        long to =
            BLOCKED
                ? from * Layout.whole(out) + tile.column() * Layout.whole(terms)
                : tile.column() * in;
        pieces.add(
            () ->
                cache.copy(given, made, Address.element(weight, first), Address.element(copy, to)));
      }
    }
    Pieces.run(pieces);
    return copy;
  }

  private static final class Held {
    private final List<Thread> holders = new ArrayList<>();
    private @Nullable INDArray copy;
    private @Nullable INDArray transposed;

    void close() {
      Stream.of(copy, transposed).filter(Objects::nonNull).forEach(INDArray::close);
    }
  }
}
