package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.Operands.Operand;
import io.evomoe.kernel.internal.onednn.Operands.Target;
import io.evomoe.kernel.internal.onednn.Operands.Weight;
import io.evomoe.kernel.internal.onednn.Pieces.Tile;
import io.evomoe.kernel.internal.onednn.RowProducts.Rows;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of token rows with weights, with operands of one type (see {@link Operands}). Operands
 * are matrices without gaps. Each call computes and writes one piece, on the calling thread. Sums
 * are float32, and so are results, unless a method says otherwise. How oneDNN computes a piece
 * depends only on its shape, so results are reproducible to the bit.
 *
 * <p>Sums over rows have multiples of {@value #STEP} terms, with zeros after the last row: sums of
 * all lengths share a few compiled primitives, and bfloat16 instructions process pairs. {@link
 * RowProducts} multiplies rows.
 */
final class Products {
  private static final int STEP = 16;

  /** Sides of the tiles of a sum over rows, so that a tile and its terms stay in the cache. */
  private static final long EXACT_SIDE = 256;

  private static final long SIDE = 512;

  /** Number of terms that are summed at a time, in bfloat16 approximately. */
  private static final int EXACT_TERMS = 256;

  private static final int TERMS = 512;

  private final PrimitiveCache cache = new PrimitiveCache();
  private final Rounding rounding;
  private final DataType type;
  private final boolean exact;
  private final Scratch ones;
  private final Scratch zeros = Scratch.filled(0, DataType.FLOAT);
  private final Scratch scratch;
  private final RowProducts ofRows;
  private final Panels panels = new Panels(cache);

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
    this.ofRows = new RowProducts(cache, type, exact);
  }

  /** Returns the conversion of arrays to operands. */
  Rounding rounding() {
    return rounding;
  }

  /** Returns the type of the elements of an operand. */
  DataType type() {
    return type;
  }

  /** Copies weights that are used with few float32 rows; see {@link Panels#hold}. */
  Runnable hold(List<INDArray> weights) {
    return exact ? panels.hold(weights) : () -> {};
  }

  /** Returns a collection of operands, for one call of a kernel. */
  Operands operands() {
    return new Operands(rounding, panels);
  }

  /** Returns the address of a row of an operand. */
  long row(Operand operand, long row, long width) {
    return operand.address() + bytes(row * width);
  }

  /** Returns whether each of some rows has the same bits whatever their number. */
  boolean isFew(long rows) {
    return ofRows.isFew(rows);
  }

  private Matrix matrix(long address, long stride) {
    return new Matrix(address, stride, type);
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
      Operand a,
      Operand b,
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
      tiles = ofRows.tiles(m, terms, n, 1);
    }
    for (Tile tile : tiles) {
      pieces.add(
          () -> {
            multiply(transposeA, transposeB, a.address(), b.address(), into, terms, tile);
            if (sums != null && tile.row() == 0) {
              columnSums(b.address(), terms, n, sums, tile);
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
    Operand left = () -> row(x, groups.inputOffset(group), in);
    Operand right = () -> row(dy, groups.offset(group), out);
    addGradients(left, right, groups.size(group), out, into, pieces);
  }

  /** Adds the pieces of the gradients a^T b of a weight and the column sums of b [rows, out]. */
  void addGradients(
      Operand a, Operand b, int rows, long out, MapGradients into, List<Runnable> pieces) {
    Accumulator weight = into.weight();
    Accumulator bias = into.bias();
    if (weight != null) {
      addPieces(true, false, a, b, weight, rows, bias, pieces);
    } else if (bias != null) {
      pieces.add(() -> columnSums(b.address(), rows, out, bias));
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
    Matrix c = new Matrix(Address.row(array, tile.row()), n, made).part(0, tile.column());
    if (!transposeA) {
      Matrix left = matrix(a, terms).part(tile.row(), 0);
      int rows = (int) tile.rows();
      Matrix right =
          transposeB
              ? matrix(b, terms).part(tile.column(), 0)
              : matrix(b, n).part(0, tile.column());
      Rows product = new Rows(left, rows, tile.columns(), terms, transposeB, right, 0, c, add);
      ofRows.run(product);
    } else if (!transposeB) {
      Matrix left = matrix(a, m).part(0, tile.row());
      Matrix right = matrix(b, n).part(0, tile.column());
      sumOverRows(left, right, c, terms, tile.rows(), tile.columns(), add);
    } else if (exact) {
      Matrix.multiply(true, true, matrix(a, m), matrix(b, terms), c, m, n, terms, add);
    } else {
      Layout left = Layout.dense(type, terms, m).transposed();
      Layout right = Layout.dense(type, n, terms).transposed();
      cache.run(new Matmul(left, right, Layout.dense(made, m, n), false, add), a, b, c.address());
    }
  }

  /** Adds the sums of the columns of x [rows, width] to {@code into}, rows at least 1. */
  void columnSums(long x, long rows, long width, Accumulator into) {
    columnSums(x, rows, width, into, Tile.whole(1, width));
  }

  private void columnSums(long x, long rows, long width, Accumulator into, Tile tile) {
    long row = ones.address(rows);
    Matrix right = matrix(x, width).part(0, tile.column());
    Matrix c = new Matrix(Address.of(into.array()), width, DataType.FLOAT).part(0, tile.column());
    boolean add = into.beta() != 0;
    if (exact) {
      Matrix.multiply(false, false, matrix(row, rows), right, c, 1, tile.columns(), rows, add);
    } else {
      sumOverRows(matrix(row, 1), right, c, Math.toIntExact(rows), 1, tile.columns(), add);
    }
  }

  /**
   * Computes y = x W + b.
   *
   * @param y may have another type
   * @param rows at least 1
   */
  void linear(long x, Weight weight, Target y, int rows) {
    linear(x, weight, y, Tile.whole(rows, weight.out()));
  }

  /** Adds the pieces of y = x W + b for the rows of all groups. */
  void addLinear(
      Operand x, List<Weight> weights, RowGroups groups, INDArray y, List<Runnable> pieces) {
    int[] used = IntStream.range(0, groups.count()).filter(g -> groups.size(g) > 0).toArray();
    for (int group : used) {
      Weight weight = weights.get(group);
      int rows = groups.size(group);
      for (Tile tile : ofRows.tiles(rows, weight.in(), weight.out(), used.length)) {
        pieces.add(
            () ->
                linear(
                    row(x, groups.inputOffset(group) + tile.row(), weight.in()),
                    weight,
                    Target.of(y, groups.offset(group) + tile.row()),
                    tile));
      }
    }
  }

  /** Computes the columns of a tile of y = x W + b. Here x and y are the first of its rows. */
  private void linear(long x, Weight weight, Target y, Tile tile) {
    INDArray copy = weight.panels();
    if (copy == null) {
      Matrix w = matrix(weight.values().address(), weight.out()).part(0, tile.column());
      linear(x, weight, w, y, tile);
      return;
    }
    if (Panels.BLOCKED) {
      long bias = weight.bias() == null ? 0 : Address.of(weight.bias());
      Matrix to = new Matrix(y.address(), weight.out(), y.type());
      ofRows.inBlocks(
          matrix(x, weight.in()), weight.in(), weight.out(), Address.of(copy), tile, bias, to);
      return;
    }
    for (Tile part : Panels.cut(tile.rows(), tile.columns(), 1)) {
      long first = tile.column() + part.column();
      Matrix w = matrix(Address.element(copy, first * weight.in()), part.columns());
      linear(x, weight, w, y, new Tile(0, first, part.rows(), part.columns()));
    }
  }

  private void linear(long x, Weight weight, Matrix columns, Target y, Tile tile) {
    long first = tile.column();
    long in = weight.in();
    long out = weight.out();
    int rows = (int) tile.rows();
    long none = exact && !ofRows.isFew(rows) ? zeros.address(out) : 0;
    INDArray bias = weight.bias();
    long b = bias == null ? none : Address.element(bias, first);
    Matrix to = new Matrix(y.address(), out, y.type()).part(0, first);
    ofRows.run(new Rows(matrix(x, in), rows, tile.columns(), in, false, columns, b, to, false));
  }

  /**
   * Computes dx = dy W^T.
   *
   * @param dx may have another type
   * @param add whether to add to dx, which is float32 then
   */
  void inputGradient(long dy, Weight weight, Target dx, int rows, boolean add) {
    long in = weight.in();
    long out = weight.out();
    Matrix w = matrix(weight.values().address(), out);
    Matrix to = new Matrix(dx.address(), in, dx.type());
    ofRows.run(new Rows(matrix(dy, out), rows, in, out, true, w, 0, to, add));
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
      Matrix left = a.part(from, 0);
      Matrix right = b.part(from, 0);
      if (whole > size) {
        long room = scratch.address(whole * (rows + columns));
        left = left.padded(size, whole, rows, room);
        right = right.padded(size, whole, columns, room + bytes(whole * rows));
      }
      Layout sums = Layout.strided(DataType.FLOAT, rows, columns, c.stride());
      Matmul product =
          new Matmul(
              Layout.strided(type, whole, rows, left.stride()).transposed(),
              Layout.strided(type, whole, columns, right.stride()),
              sums,
              false,
              add || from > 0);
      cache.run(product, left.address(), right.address(), c.address());
    }
  }

  /** Returns the number of terms to sum next: parts of one size, then those after the last step. */
  private static int termsFrom(int from, int terms) {
    int whole = terms - terms % STEP;
    int parts = Math.max(1, (whole + TERMS / 2) / TERMS);
    int most = (whole / STEP + parts - 1) / parts * STEP;
    return from < whole ? Math.min(most, whole - from) : terms - from;
  }
}
