package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.internal.onednn.MatrixProducts.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link LargeProducts} with float32 operands. */
final class FloatLargeProducts implements LargeProducts {
  /** Side of the tiles of a sum over rows, so that a tile and its terms stay in the cache. */
  private static final long SIDE = 256;

  private final MatrixProducts products;
  private final ColumnSums columnSums;
  private final Rounding none = new Rounding(DataType.FLOAT);
  private final Constant zeros = new Constant(0, DataType.FLOAT);

  FloatLargeProducts(MatrixProducts products, ColumnSums columnSums) {
    this.products = products;
    this.columnSums = columnSums;
  }

  @Override
  public Rounding rounding() {
    return none;
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
    long c = Address.of(into.array());
    boolean add = into.beta() != 0;
    long row = tile.row() * Float.BYTES;
    int rows = (int) tile.rows();
    if (transposeA && !transposeB) {
      products.transposedTimes(new Matrix(a, m), new Matrix(b, n), new Matrix(c, n), tile, k, add);
    } else if (transposeB && !transposeA) {
      timesTransposed(a + row * k, b, c + row * n, rows, n, k, add);
    } else {
      Matrix left = transposeA ? new Matrix(a, m) : new Matrix(a + row * k, k);
      Matrix right = new Matrix(b, transposeB ? k : n);
      Matrix result = new Matrix(c + row * n, n);
      products.gemm(transposeA, transposeB, left, right, result, rows, n, k, into.beta());
    }
  }

  @Override
  public void columnSums(long dy, int rows, int columns, @Nullable Accumulator into, Tile tile) {
    columnSums.of(dy, rows, columns, into, tile);
  }

  @Override
  public void linear(long x, Weight weight, @Nullable INDArray bias, Target y, int rows) {
    long in = weight.in();
    long out = weight.out();
    long w = weight.values().address();
    INDArray b = bias == null ? zeros.ofLength(out) : bias;
    if (rows >= MatrixProducts.COMPILED_ROWS) {
      MatrixProducts.forCompiledRows(
          rows,
          (from, size) ->
              products.linear(
                  x + from * in * Float.BYTES,
                  w,
                  Address.of(b),
                  y.address() + from * out * Float.BYTES,
                  size,
                  in,
                  out));
    } else {
      Rows.fill(b, Math.toIntExact(out), y.address(), rows);
      products.gemm(
          false,
          false,
          new Matrix(x, in),
          new Matrix(w, out),
          new Matrix(y.address(), out),
          rows,
          out,
          in,
          1);
    }
  }

  @Override
  public void inputGradient(long dy, Weight weight, Target dx, int rows, boolean add) {
    long w = weight.values().address();
    timesTransposed(dy, w, dx.address(), rows, weight.in(), weight.out(), add);
  }

  /** Computes c [rows, n] = a [rows, k] b^T, b [n, k]. */
  private void timesTransposed(long a, long b, long c, int rows, long n, long k, boolean add) {
    if (rows >= MatrixProducts.COMPILED_ROWS && (MatrixProducts.compiled(rows) || !add)) {
      MatrixProducts.forCompiledRows(
          rows,
          (from, size) ->
              products.timesTransposed(
                  a + from * k * Float.BYTES, b, c + from * n * Float.BYTES, size, n, k, add));
    } else {
      products.timesTransposedByGemm(a, b, c, rows, n, k, add);
    }
  }
}
