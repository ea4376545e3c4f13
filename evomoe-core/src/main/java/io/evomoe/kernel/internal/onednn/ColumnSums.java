package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.internal.onednn.MatrixProducts.Matrix;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Sums over rows: the product with a row of ones. */
final class ColumnSums {
  private final MatrixProducts products;
  private final Constant ones = new Constant(1, DataType.FLOAT);

  ColumnSums(MatrixProducts products) {
    this.products = products;
  }

  /** Adds the sums of x [rows, width], rows at least 1. */
  void of(long x, long rows, long width, Accumulator into) {
    of(x, rows, width, into, Tile.whole(1, width));
  }

  /** Does the same for the columns of a tile, if it is at the top and {@code into} is not null. */
  void of(long x, long rows, long width, @Nullable Accumulator into, Tile tile) {
    if (into == null || tile.row() > 0) {
      return;
    }
    long offset = tile.column() * Float.BYTES;
    products.gemm(
        false,
        false,
        new Matrix(Address.of(ones.ofLength(rows)), rows),
        new Matrix(x + offset, width),
        new Matrix(Address.of(into.array()) + offset, width),
        1,
        tile.columns(),
        rows,
        into.beta());
  }
}
