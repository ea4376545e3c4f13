package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.internal.onednn.Bf16Products.Layout;
import io.evomoe.kernel.internal.onednn.Bf16Products.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link LargeProducts} with bfloat16 operands. Rows are computed in multiples of {@value #STEP}
 * and a rest, so a few primitives serve all row counts. Sums over rows are padded with zeros to a
 * multiple of it. So the number of terms is even, because bfloat16 instructions process pairs.
 */
final class Bf16LargeProducts implements LargeProducts {
  private static final int STEP = 16;

  /** Side of the tiles of a sum over rows. */
  private static final long SIDE = 512;

  /**
   * Approximate number of rows that are summed at a time, so that the data of a tile stays in the
   * cache.
   */
  private static final int TERMS = 512;

  private final Bf16Products products = new Bf16Products(new PrimitiveCache());
  private final Rounding rounding;
  private final Constant ones = new Constant(1, DataType.BFLOAT16);
  private final ThreadLocal<Scratch> ends =
      ThreadLocal.withInitial(() -> new Scratch(DataType.BFLOAT16));

  Bf16LargeProducts() {
    this(new Rounding(DataType.BFLOAT16));
  }

  Bf16LargeProducts(Rounding rounding) {
    this.rounding = rounding;
  }

  @Override
  public Rounding rounding() {
    return rounding;
  }

  @Override
  public List<Tile> tiles(boolean transposeA, boolean transposeB, long m, long n) {
    if (!transposeA) {
      return Tile.bands(m, n);
    }
    return transposeB ? List.of(Tile.whole(m, n)) : Tile.squares(m, n, SIDE);
  }

  @Override
  public void multiply(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      Accumulator into,
      int m,
      int k,
      int n,
      Tile tile) {
    boolean add = into.beta() != 0;
    long c = Address.of(into.array());
    if (transposeA && !transposeB) {
      sumOverRows(new Columns(a, m).from(tile.row()), new Columns(b, n), c, k, n, tile, add);
    } else if (transposeA) {
      Shape shape =
          new Shape(m, n, k, new Layout(true, m), new Layout(true, k), n, DataType.FLOAT, add);
      products.multiply(shape, a, b, 0, c);
    } else {
      long row = tile.row();
      Target to = new Target(c + row * n * Float.BYTES, DataType.FLOAT);
      Layout right = new Layout(transposeB, transposeB ? k : n);
      rows(a + row * k * Short.BYTES, (int) tile.rows(), k, n, right, b, 0, to, add);
    }
  }

  @Override
  public void columnSums(long dy, int rows, int columns, @Nullable Accumulator into, Tile tile) {
    if (into == null || tile.row() > 0) {
      return;
    }
    sumOverRows(
        new Columns(Address.of(ones.ofLength(rows)), 1),
        new Columns(dy, columns),
        Address.of(into.array()),
        rows,
        columns,
        new Tile(0, tile.column(), 1, tile.columns()),
        into.beta() != 0);
  }

  @Override
  public void linear(long x, Weight weight, @Nullable INDArray bias, Target y, int rows) {
    long added = bias == null ? 0 : Address.of(bias);
    Layout plain = new Layout(false, weight.out());
    rows(x, rows, weight.in(), weight.out(), plain, weight.values().address(), added, y, false);
  }

  @Override
  public void inputGradient(long dy, Weight weight, Target dx, int rows, boolean add) {
    Layout transposed = new Layout(true, weight.out());
    rows(dy, rows, weight.out(), weight.in(), transposed, weight.values().address(), 0, dx, add);
  }

  /** Computes c [rows, n] = a [rows, k] op(b) + bias. */
  private void rows(
      long a, int rows, long k, long n, Layout layout, long b, long bias, Target c, boolean add) {
    Layout left = new Layout(false, k);
    int whole = rows - rows % STEP;
    if (whole > 0) {
      Shape shape = new Shape(whole, n, k, left, layout, n, c.type(), add);
      products.multiply(shape, a, b, bias, c.address());
    }
    if (whole < rows) {
      Shape shape = new Shape(rows - whole, n, k, left, layout, n, c.type(), add);
      long to = c.address() + whole * n * c.type().width();
      products.multiply(shape, a + whole * k * Short.BYTES, b, bias, to);
    }
  }

  /** Computes a tile of c = a^T b, or adds it: sums of k terms. a begins with the tile's rows. */
  private void sumOverRows(Columns a, Columns b, long c, int k, long n, Tile tile, boolean add) {
    int whole = k - k % STEP;
    int rest = k - whole;
    Columns right = b.from(tile.column());
    long to = c + (tile.row() * n + tile.column()) * Float.BYTES;
    int parts = Math.max(1, (whole + TERMS / 2) / TERMS);
    int most = (whole / STEP + parts - 1) / parts * STEP;
    for (int from = 0; from < whole; from += most) {
      int terms = Math.min(most, whole - from);
      sum(a.below(from), right.below(from), to, terms, n, tile, add || from > 0);
    }
    if (rest > 0) {
      long room = ends.get().address(STEP * (tile.rows() + tile.columns()));
      Columns leftEnd = a.padded(whole, rest, tile.rows(), room);
      long after = room + STEP * tile.rows() * Short.BYTES;
      sum(
          leftEnd,
          right.padded(whole, rest, tile.columns(), after),
          to,
          STEP,
          n,
          tile,
          add || whole > 0);
    }
  }

  private void sum(Columns a, Columns b, long c, int k, long n, Tile tile, boolean add) {
    Layout left = new Layout(true, a.stride);
    Layout right = new Layout(false, b.stride);
    Shape shape = new Shape(tile.rows(), tile.columns(), k, left, right, n, DataType.FLOAT, add);
    products.multiply(shape, a.address, b.address, 0, c);
  }

  /**
   * Columns of rows that are summed over.
   *
   * @param stride elements from row to row
   */
  private record Columns(long address, long stride) {
    Columns from(long column) {
      return new Columns(address + column * Short.BYTES, stride);
    }

    Columns below(long row) {
      return new Columns(address + row * stride * Short.BYTES, stride);
    }

    /** Returns rows copied to an address, with zeros up to {@link #STEP} rows. */
    Columns padded(int first, int rows, long width, long to) {
      long bytes = width * Short.BYTES;
      for (int i = 0; i < rows; i++) {
        Address.copy(address + (first + i) * stride * Short.BYTES, to + i * bytes, bytes);
      }
      Address.clear(to + rows * bytes, (STEP - rows) * bytes);
      return new Columns(to, width);
    }
  }
}
