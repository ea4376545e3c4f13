package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Workers;
import io.evomoe.kernel.internal.onednn.Pieces.Tile;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Products of rows with a weight.
 *
 * <p>oneDNN has two ways. A compiled {@link Matmul} per shape has a fused bias and is fast with a
 * transposed right side, but is slow to create and takes memory. {@code dnnl_sgemm} needs no
 * creation and is as fast, except with a transposed right side. The number of tokens of an expert
 * changes every step. So primitives are compiled for a few row counts only: in float32 multiples of
 * {@value #EXACT_ROWS} (of few rows that sgemm does not compute, powers of two), where the last
 * rows of other numbers are computed twice; in bfloat16 multiples of {@value #STEP}, and the rest.
 *
 * <p>Each of at most {@value #FEW} rows in float32 has the same bits whatever their number, in
 * products that do not add: sums are made of parts of {@value #TERMS} terms. A part has the same
 * bits for one row and for several, whether sgemm computes it (with AVX-512) or a primitive, and
 * from a copy of the weight as well. The cut into columns changes no bits, so it may depend on the
 * number of threads.
 */
final class RowProducts {
  /** Rows in float32 up to which a row has the same bits whatever the number of rows. */
  static final int FEW = 64;

  /** Elements of a wide weight that a single thread multiplies several rows with, about. */
  private static final long SHARE = 1 << 18;

  private static final int EXACT_ROWS = 8;
  private static final int STEP = 16;

  private static final boolean AVX512 = Instructions.haveAvx512();

  /** Rows that a product of a weight in blocks computes. */
  private static final int BLOCK_ROWS = 4;

  /** Number of terms of a part of a sum. */
  static final int TERMS = 256;

  private final PrimitiveCache cache;
  private final DataType type;
  private final boolean exact;
  private final Scratch scratch;
  private final Scratch ones;

  /**
   * Creates products.
   *
   * @param exact whether to cut as for float32
   */
  RowProducts(PrimitiveCache cache, DataType type, boolean exact) {
    this.cache = cache;
    this.type = type;
    this.exact = exact;
    this.scratch = new Scratch(type);
    this.ones = Scratch.filled(1, type);
  }

  /**
   * Returns the parts of a product of rows with a weight that one thread computes: bands of rows,
   * or whole {@link Panels} of few rows, since reading the weight takes the time then. Without
   * panels, one row reads a weight fastest in its whole width. Threads that share many products end
   * together if they take single panels.
   *
   * @param in terms of its sums
   * @param maps number of such products that run together
   */
  List<Tile> tiles(long rows, long in, long out, int maps) {
    if (!isFew(rows)) {
      return Tile.bands(rows, out);
    }
    int threads = Workers.shared().threads();
    long share;
    if (threads == 1) {
      share = rows == 1 || Matrix.isFetched(TERMS * out) ? out : SHARE / in;
    } else {
      share = rows == 1 && maps <= threads ? out * maps / threads : Panels.COLUMNS;
    }
    return Panels.cut(rows, out, Math.max(1, (share + Panels.COLUMNS - 1) / Panels.COLUMNS));
  }

  /** Returns whether each row has the same bits whatever their number. */
  boolean isFew(long rows) {
    return exact && rows <= FEW;
  }

  /** Computes a product. */
  void run(Rows product) {
    if (isFew(product.rows) && !product.add) {
      fewRows(product);
      return;
    }
    int step = exact ? EXACT_ROWS : STEP;
    int rows = product.rows;
    int whole = rows - rows % step;
    boolean fused = product.transposeB || product.bias != 0;
    if (exact && (!fused || whole == 0 || (product.add && whole < rows))) {
      rowsBySgemm(product);
      return;
    }
    if (whole > 0) {
      someRows(product, 0, whole, 0, product.k);
    }
    if (whole < rows) {
      int from = exact ? rows - step : whole;
      someRows(product, from, rows - from, 0, product.k);
    }
  }

  /**
   * Computes few rows as {@link #run} does, to the bit, from a copy of the weight in blocks. More
   * rows than one product computes read a panel again, from the cache.
   *
   * @param copy its address
   * @param b address of the bias [out], or 0
   */
  void inBlocks(Matrix a, long in, long out, long copy, Tile tile, long b, Matrix c) {
    long panels = tile.rows() <= BLOCK_ROWS ? tile.columns() : 1;
    for (Tile part : Panels.cut(tile.rows(), tile.columns(), panels)) {
      long first = tile.column() + part.column();
      for (int row = 0; row < tile.rows(); row += BLOCK_ROWS) {
        int rows = (int) Math.min(BLOCK_ROWS, tile.rows() - row);
        long y = c.part(row, first).address();
        Layout result = Layout.strided(c.type(), rows, part.columns(), c.stride());
        for (long term = 0; term < in; term += TERMS) {
          long terms = Math.min(TERMS, in - term);
          long x = a.part(row, term).address();
          long w = copy + (term * Layout.whole(out) + first * Layout.whole(terms)) * type.width();
          Layout left = Layout.strided(type, rows, terms, a.stride());
          Layout right = Layout.blocked(type, terms, part.columns());
          if (b == 0 || term > 0) {
            cache.run(new Matmul(left, right, result, false, term > 0), x, w, y);
          } else {
            long bias = b + first * type.width();
            cache.run(new Matmul(left, right, result, true, false), x, w, bias, y);
          }
        }
      }
    }
  }

  private void fewRows(Rows product) {
    int rows = product.rows;
    if (AVX512 && !product.transposeB && product.n >= Panels.LEAST) {
      rowsBySgemmInParts(product);
    } else if (rows < EXACT_ROWS) {
      filledRows(product);
    } else {
      int done = 0;
      while (rows - done >= EXACT_ROWS) {
        int size = Integer.highestOneBit(rows - done);
        inParts(product, done, size);
        done += size;
      }
      if (done < rows) {
        inParts(product, rows - EXACT_ROWS, EXACT_ROWS);
      }
    }
  }

  private void inParts(Rows product, int from, int rows) {
    for (long term = 0; term < product.k; term += TERMS) {
      long terms = Math.min(TERMS, product.k - term);
      if (!product.transposeB) {
        product.b.part(term, 0).fetch(terms, product.n);
      }
      someRows(product, from, rows, term, terms);
    }
  }

  /**
   * Computes few rows as {@link #inParts} does, to the bit. The first one reads a panel in its
   * order. The others then read it from the cache.
   */
  private void rowsBySgemmInParts(Rows product) {
    long n = product.n;
    int parts = Math.toIntExact((product.k + TERMS - 1) / TERMS);
    int biases = product.bias == 0 ? 0 : 1;
    int addends = biases + parts;
    Matrix sums = product.c;
    if (addends > 1) {
      sums = new Matrix(scratch.address(n * addends * product.rows), n * addends, type);
    }
    for (int part = 0; part < parts; part++) {
      long term = (long) part * TERMS;
      long terms = Math.min(TERMS, product.k - term);
      Matrix right = product.b.part(term, 0);
      if (n > Panels.COLUMNS) {
        right.fetch(terms, n);
      }
      int together;
      for (int row = 0; row < product.rows; row += together) {
        together = row == 0 ? 1 : product.rows - row;
        Matrix left = product.a.part(row, term);
        Matrix to = sums.part(row, n * (biases + part));
        Matrix.multiply(false, false, left, right, to, together, n, terms, false);
      }
    }
    if (addends > 1) {
      addUp(sums, addends, product);
    }
  }

  /**
   * Adds up each row's bias, if there is one, and parts by a product with ones. sgemm adds terms in
   * their order, and each primitive of oneDNN that it replaces takes a microsecond to begin.
   *
   * @param sums the parts of a row after each other, after room for a bias
   */
  private void addUp(Matrix sums, int addends, Rows product) {
    long n = product.n;
    Matrix one = new Matrix(ones.address(addends), addends, type);
    for (int row = 0; row < product.rows; row++) {
      Matrix own = new Matrix(sums.part(row, 0).address(), n, type);
      if (product.bias != 0) {
        Address.copy(product.bias, own.address(), n * type.width());
      }
      Matrix.multiply(false, false, one, own, product.c.part(row, 0), 1, n, addends, false);
    }
  }

  /** Computes fewer rows than a primitive has, with rows of zeros after them. */
  private void filledRows(Rows product) {
    int rows = product.rows;
    long n = product.n;
    long k = product.k;
    long room = scratch.address(EXACT_ROWS * (k + n));
    Matrix a = product.a.padded(rows, EXACT_ROWS, k, room);
    Matrix made = new Matrix(a.part(EXACT_ROWS, 0).address(), n, type);
    Rows filled =
        new Rows(a, EXACT_ROWS, n, k, product.transposeB, product.b, product.bias, made, false);
    inParts(filled, 0, EXACT_ROWS);
    for (int row = 0; row < rows; row++) {
      long to = product.c.part(row, 0).address();
      Address.copy(made.part(row, 0).address(), to, n * type.width());
    }
  }

  /** Computes some rows, or a part of their sums, which is added to those before it. */
  private void someRows(Rows product, long from, long rows, long term, long terms) {
    long n = product.n;
    Layout left = Layout.strided(type, rows, terms, product.a.stride());
    Layout right =
        product.transposeB
            ? Layout.strided(type, n, terms, product.b.stride()).transposed()
            : Layout.strided(type, terms, n, product.b.stride());
    Layout result = Layout.strided(product.c.type(), rows, n, product.c.stride());
    long a = product.a.part(from, term).address();
    long b = (product.transposeB ? product.b.part(0, term) : product.b.part(term, 0)).address();
    long c = product.c.part(from, 0).address();
    boolean add = product.add || term > 0;
    if (product.bias == 0 || term > 0) {
      cache.run(new Matmul(left, right, result, false, add), a, b, c);
    } else {
      cache.run(new Matmul(left, right, result, true, add), a, b, product.bias, c);
    }
  }

  private void rowsBySgemm(Rows product) {
    long n = product.n;
    long k = product.k;
    Matrix right = product.b;
    if (product.transposeB) {
      right = new Matrix(scratch.address(n * k), n, type);
      Layout given = Layout.dense(type, n, k);
      cache.copy(
          given, Layout.dense(type, k, n).transposed(), product.b.address(), right.address());
    }
    if (product.bias != 0) {
      Address.repeat(product.bias, product.c.address(), n, product.rows);
    }
    boolean further = product.add || product.bias != 0;
    Matrix.multiply(false, false, product.a, right, product.c, product.rows, n, k, further);
  }

  /**
   * A product c [rows, n] = a [rows, k] op(b) + bias.
   *
   * @param bias its address, or 0 for none
   * @param add whether to add to c
   */
  record Rows(
      Matrix a,
      int rows,
      long n,
      long k,
      boolean transposeB,
      Matrix b,
      long bias,
      Matrix c,
      boolean add) {}
}
