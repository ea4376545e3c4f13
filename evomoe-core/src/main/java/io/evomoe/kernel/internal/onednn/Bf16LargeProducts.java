package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.internal.onednn.Bf16Products.Shape;
import io.evomoe.kernel.internal.onednn.MatrixProducts.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link LargeProducts} with bfloat16 operands. Rows are computed in multiples of {@value #STEP}
 * and a rest, so that few primitives serve all row counts. Sums over rows are padded with zeros to
 * a multiple of it: so none has an odd number of terms, which bfloat16 instructions take two at a
 * time.
 */
final class Bf16LargeProducts implements LargeProducts {
  private static final int STEP = 16;

  /** Of the tiles of a sum over rows: smaller ones round their operands too often. */
  private static final long SIDE = 512;

  private final Bf16Products products = new Bf16Products(new PrimitiveCache());

  private static int padded(int rows) {
    return (rows + STEP - 1) / STEP * STEP;
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
      products.transposedTimes(
          new Matrix(a, m), new Matrix(b, n), new Matrix(c, n), tile, k, padded(k), add);
    } else if (transposeA) {
      long left = products.roundLeft(new Matrix(a, m), k, m, k);
      long right = products.roundRight(new Matrix(b, k), n, k, n);
      products.multiply(new Shape(true, true, m, n, k, n, add), left, right, 0, c);
    } else {
      long row = tile.row() * Float.BYTES;
      rows(a + row * k, (int) tile.rows(), k, n, transposeB, b, 0, c + row * n, add);
    }
  }

  @Override
  public void linear(long x, INDArray weight, @Nullable INDArray bias, long y, int rows) {
    long added = bias == null ? 0 : Address.of(bias);
    long in = weight.size(0);
    rows(x, rows, in, weight.size(1), false, Address.of(weight), added, y, false);
  }

  @Override
  public void inputGradient(long dy, INDArray weight, long dx, int rows, boolean add) {
    long in = weight.size(0);
    rows(dy, rows, weight.size(1), in, true, Address.of(weight), 0, dx, add);
  }

  /** c [rows, n] = a [rows, k] op(b) + bias. */
  private void rows(
      long a,
      int rows,
      long k,
      long n,
      boolean transposed,
      long b,
      long bias,
      long c,
      boolean add) {
    long left = products.roundLeft(new Matrix(a, k), rows, k, rows);
    long right = products.roundRight(new Matrix(b, n), k, n, k);
    int whole = rows - rows % STEP;
    if (whole > 0) {
      products.multiply(new Shape(false, transposed, whole, n, k, n, add), left, right, bias, c);
    }
    if (whole < rows) {
      products.multiply(
          new Shape(false, transposed, rows - whole, n, k, n, add),
          left + whole * k * Short.BYTES,
          right,
          bias,
          c + whole * n * Float.BYTES);
    }
  }
}
