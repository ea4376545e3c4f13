package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import org.jspecify.annotations.Nullable;

/** Sums over rows: the product with a row of ones. */
final class ColumnSums {
  private final MatrixProducts products;
  private final Constant ones = new Constant(1);

  ColumnSums(MatrixProducts products) {
    this.products = products;
  }

  /** Adds the sums of x [rows, width], rows at least 1; nothing where nobody wants them. */
  void of(long x, long rows, long width, @Nullable Accumulator into) {
    if (into == null) {
      return;
    }
    long row = Address.of(ones.ofLength(rows));
    long target = Address.of(into.array());
    products.gemm(false, false, row, x, target, 1, width, rows, into.beta());
  }
}
