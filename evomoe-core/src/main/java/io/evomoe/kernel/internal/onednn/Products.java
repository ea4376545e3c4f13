package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.Operands.Operand;
import io.evomoe.kernel.internal.onednn.Operands.Target;
import io.evomoe.kernel.internal.onednn.Operands.Weight;
import io.evomoe.kernel.internal.onednn.Pieces.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of token rows with weights, with operands of one type (see {@link Operands}). Operands
 * are matrices without gaps. Each call computes and writes one piece, on the calling thread. Sums
 * are float32, and so are results, unless a method says otherwise.
 *
 * <p>oneDNN has two ways. A compiled {@link Matmul} per shape has a fused bias and is fast with a
 * transposed right side, but is slow to create and takes memory. {@code dnnl_sgemm} needs no
 * creation and is as fast, except with a transposed right side. The number of tokens of an expert
 * changes every step. So primitives are compiled for a few row counts only:
 *
 * <ul>
 *   <li>float32: multiples of {@value #EXACT_ROWS}. For other numbers, the last rows are computed
 *       twice. Fewer rows use sgemm, after transposing the weights.
 *   <li>bfloat16: multiples of {@value #STEP}, and the rest.
 *   <li>Sums over rows: multiples of {@value #STEP}, with zeros after the last row. So the number
 *       of terms is even, because bfloat16 instructions process pairs.
 * </ul>
 *
 * <p>The choice depends only on the shape, so results are reproducible to the bit.
 */
final class Products {
  private static final int EXACT_ROWS = 8;
  private static final int STEP = 16;

  /** Sides of the tiles of a sum over rows, so that a tile and its terms stay in the cache. */
  private static final long EXACT_SIDE = 256;

  private static final long SIDE = 512;

  /** Number of rows that are summed at a time, in bfloat16 approximately. */
  private static final int EXACT_TERMS = 256;

  private static final int TERMS = 512;

  private final PrimitiveCache cache = new PrimitiveCache();
  private final Rounding rounding;
  private final DataType type;
  private final boolean exact;
  private final Scratch ones;
  private final Scratch zeros = Scratch.filled(0, DataType.FLOAT);
  private final Scratch scratch;

  /** Creates products whose operands are rounded to a type; float32 operands are not. */
  Products(Rounding rounding) {
    this(rounding, rounding.type() == DataType.FLOAT);
  }

  /**
   * Creates products with a choice of shapes.
   *
   * @param exact whether to cut as for float32
   */
  Products(Rounding rounding, boolean exact) {
    this.rounding = rounding;
    this.type = rounding.type();
    this.exact = exact;
    this.ones = Scratch.filled(1, type);
    this.scratch = new Scratch(type);
  }

  /** Returns the conversion of arrays to operands. */
  Rounding rounding() {
    return rounding;
  }

  /** Returns the type of the elements of an operand. */
  DataType type() {
    return type;
  }

  /** Returns a collection of operands, for one call of a kernel. */
  Operands operands() {
    return new Operands(rounding);
  }

  /** Returns the address of a row of an operand. */
  long row(Operand operand, long row, long width) {
    return operand.address() + bytes(row * width);
  }

  private long bytes(long elements) {
    return elements * type.width();
  }

  /**
   * Adds the pieces of c = op(a) op(b), or of adding that to c, depending on {@code into}.
   *
   * @param terms terms of its sums, at least 1
   * @param sums target of the column sums of b, or null
   */
  void addPieces(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      Accumulator into,
      int terms,
      @Nullable Accumulator sums,
      List<Runnable> pieces) {
    long m = into.array().size(0);
    long n = into.array().size(1);
    List<Tile> tiles;
    if (transposeA) {
      long side = exact ? EXACT_SIDE : SIDE;
      tiles = transposeB ? List.of(Tile.whole(m, n)) : Tile.squares(m, n, side);
    } else {
      tiles = Tile.bands(m, n);
    }
    for (Tile tile : tiles) {
      pieces.add(
          () -> {
            multiply(transposeA, transposeB, a, b, into, terms, tile);
            if (sums != null && tile.row() == 0) {
              columnSums(b, terms, n, sums, tile);
            }
          });
    }
  }

  /**
   * Adds the pieces of the gradients x^T dy [in, out] of a weight and of its bias, over the rows of
   * one group, at least one.
   *
   * @param in number of columns of x
   * @param out number of columns of dy
   */
  void addGradients(
      Operand x,
      long in,
      Operand dy,
      long out,
      RowGroups groups,
      int group,
      MapGradients into,
      List<Runnable> pieces) {
    long left = row(x, groups.inputOffset(group), in);
    long right = row(dy, groups.offset(group), out);
    addGradients(left, right, groups.size(group), out, into, pieces);
  }

  /** Adds the pieces of the gradients a^T b of a weight and the column sums of b [rows, out]. */
  void addGradients(long a, long b, int rows, long out, MapGradients into, List<Runnable> pieces) {
    Accumulator weight = into.weight();
    Accumulator bias = into.bias();
    if (weight != null) {
      addPieces(true, false, a, b, weight, rows, bias, pieces);
    } else if (bias != null) {
      pieces.add(() -> columnSums(b, rows, out, bias));
    }
  }

  private void multiply(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      Accumulator into,
      int terms,
      Tile tile) {
    INDArray array = into.array();
    long m = array.size(0);
    long n = array.size(1);
    boolean add = into.beta() != 0;
    DataType made = array.dataType();
    Matrix c = new Matrix(Address.row(array, tile.row()) + tile.column() * made.width(), n);
    if (!transposeA) {
      long left = a + bytes(tile.row() * terms);
      Target to = new Target(c.address, made);
      rows(new Rows(left, (int) tile.rows(), n, terms, transposeB, b, 0, to, add));
    } else if (!transposeB) {
      Matrix left = part(new Matrix(a, m), 0, tile.row());
      Matrix right = part(new Matrix(b, n), 0, tile.column());
      sumOverRows(left, right, c, terms, tile.rows(), tile.columns(), add);
    } else if (exact) {
      gemm(true, true, new Matrix(a, m), new Matrix(b, terms), c, m, n, terms, add);
    } else {
      Layout left = Layout.dense(type, terms, m).transposed();
      Layout right = Layout.dense(type, n, terms).transposed();
      cache.run(new Matmul(left, right, Layout.dense(made, m, n), false, add), a, b, c.address);
    }
  }

  /** Adds the sums of the columns of x [rows, width] to {@code into}, rows at least 1. */
  void columnSums(long x, long rows, long width, Accumulator into) {
    columnSums(x, rows, width, into, Tile.whole(1, width));
  }

  private void columnSums(long x, long rows, long width, Accumulator into, Tile tile) {
    long row = ones.address(rows);
    Matrix right = part(new Matrix(x, width), 0, tile.column());
    long sums = Address.of(into.array()) + tile.column() * Float.BYTES;
    Matrix c = new Matrix(sums, width);
    boolean add = into.beta() != 0;
    if (exact) {
      gemm(false, false, new Matrix(row, rows), right, c, 1, tile.columns(), rows, add);
    } else {
      sumOverRows(new Matrix(row, 1), right, c, Math.toIntExact(rows), 1, tile.columns(), add);
    }
  }

  /**
   * Computes y = x W + b.
   *
   * @param bias at least as long as the rows of W, or null for none
   * @param y may have another type
   * @param rows at least 1
   */
  void linear(long x, Weight weight, @Nullable INDArray bias, Target y, int rows) {
    long out = weight.out();
    long none = exact ? zeros.address(out) : 0;
    long b = bias == null ? none : Address.of(bias);
    rows(new Rows(x, rows, out, weight.in(), false, weight.values().address(), b, y, false));
  }

  /**
   * Computes dx = dy W^T.
   *
   * @param dx may have another type
   * @param add whether to add to dx, which is float32 then
   */
  void inputGradient(long dy, Weight weight, Target dx, int rows, boolean add) {
    long w = weight.values().address();
    rows(new Rows(dy, rows, weight.in(), weight.out(), true, w, 0, dx, add));
  }

  private void rows(Rows product) {
    int step = exact ? EXACT_ROWS : STEP;
    int rows = product.rows;
    int whole = rows - rows % step;
    boolean fused = product.transposeB || product.bias != 0;
    if (exact && (!fused || whole == 0 || (product.add && whole < rows))) {
      rowsBySgemm(product);
      return;
    }
    if (whole > 0) {
      someRows(product, 0, whole);
    }
    if (whole < rows) {
      int from = exact ? rows - step : whole;
      someRows(product, from, rows - from);
    }
  }

  private void someRows(Rows product, long from, long rows) {
    long n = product.n;
    long k = product.k;
    DataType made = product.c.type();
    Layout left = Layout.dense(type, rows, k);
    Layout right =
        product.transposeB ? Layout.dense(type, n, k).transposed() : Layout.dense(type, k, n);
    Layout result = Layout.dense(made, rows, n);
    long x = product.a + bytes(from * k);
    long y = product.c.address() + from * n * made.width();
    if (product.bias == 0) {
      cache.run(new Matmul(left, right, result, false, product.add), x, product.b, y);
    } else {
      cache.run(new Matmul(left, right, result, true, product.add), x, product.b, product.bias, y);
    }
  }

  private void rowsBySgemm(Rows product) {
    long n = product.n;
    long k = product.k;
    long right = product.b;
    if (product.transposeB) {
      right = scratch.address(n * k);
      Layout given = Layout.dense(type, n, k);
      cache.copy(given, Layout.dense(type, k, n).transposed(), product.b, right);
    }
    Matrix a = new Matrix(product.a, k);
    Matrix c = new Matrix(product.c.address(), n);
    if (product.bias != 0) {
      Address.repeat(product.bias, c.address, n, product.rows);
    }
    boolean further = product.add || product.bias != 0;
    gemm(false, false, a, new Matrix(right, n), c, product.rows, n, k, further);
  }

  /**
   * Computes a tile of c = a^T b, or adds it. It sums some terms at a time, which stay in the
   * cache. The last ones are filled up with zeros in scratch memory, so sums of all lengths share a
   * few compiled primitives.
   */
  private void sumOverRows(
      Matrix a, Matrix b, Matrix c, int terms, long rows, long columns, boolean add) {
    int size;
    for (int from = 0; from < terms; from += size) {
      size = exact ? Math.min(EXACT_TERMS, terms - from) : termsFrom(from, terms);
      int whole = (size + STEP - 1) / STEP * STEP;
      Matrix left = part(a, from, 0);
      Matrix right = part(b, from, 0);
      if (whole > size) {
        long room = scratch.address(whole * (rows + columns));
        left = padded(left, size, whole, rows, room);
        right = padded(right, size, whole, columns, room + bytes(whole * rows));
      }
      Layout sums = Layout.strided(DataType.FLOAT, rows, columns, c.stride);
      Matmul product =
          new Matmul(
              Layout.strided(type, whole, rows, left.stride).transposed(),
              Layout.strided(type, whole, columns, right.stride),
              sums,
              false,
              add || from > 0);
      cache.run(product, left.address, right.address, c.address);
    }
  }

  /** Returns the number of terms to sum next: parts of one size, then those after the last step. */
  private static int termsFrom(int from, int terms) {
    int whole = terms - terms % STEP;
    int parts = Math.max(1, (whole + TERMS / 2) / TERMS);
    int most = (whole / STEP + parts - 1) / parts * STEP;
    return from < whole ? Math.min(most, whole - from) : terms - from;
  }

  /** Computes c [m, n] = op(a) op(b), or adds it to c, by dnnl_sgemm, sums of k terms. */
  private static void gemm(
      boolean transposeA,
      boolean transposeB,
      Matrix a,
      Matrix b,
      Matrix c,
      long m,
      long n,
      long k,
      boolean add) {
    Dnnl.check(
        dnnl_sgemm(
            (byte) (transposeA ? 'T' : 'N'),
            (byte) (transposeB ? 'T' : 'N'),
            m,
            n,
            k,
            1f,
            new Address().at(a.address),
            a.stride,
            new Address().at(b.address),
            b.stride,
            add ? 1f : 0f,
            new Address().at(c.address),
            c.stride),
        "multiply matrices");
  }

  /** Returns the part of an operand that begins at an element. */
  private Matrix part(Matrix whole, long row, long column) {
    return new Matrix(whole.address + bytes(row * whole.stride + column), whole.stride);
  }

  /** Returns the first rows of an operand, copied to an address, with rows of zeros after them. */
  private Matrix padded(Matrix from, int rows, int whole, long width, long to) {
    for (int i = 0; i < rows; i++) {
      Address.copy(from.address + bytes(i * from.stride), to + bytes(i * width), bytes(width));
    }
    Address.clear(to + bytes(rows * width), bytes((whole - rows) * width));
    return new Matrix(to, width);
  }

  /**
   * A product c [rows, n] = a [rows, k] op(b) + bias.
   *
   * @param bias its address, or 0 for none
   * @param add whether to add to c
   */
  private record Rows(
      long a,
      int rows,
      long n,
      long k,
      boolean transposeB,
      long b,
      long bias,
      Target c,
      boolean add) {}

  /**
   * A matrix of a product.
   *
   * @param stride elements from row to row
   */
  private record Matrix(long address, long stride) {}
}
