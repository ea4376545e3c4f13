package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Products of whole matrices in tiles, those of several products at a time. */
final class TiledProducts {
  private final LargeProducts products;

  TiledProducts(LargeProducts products) {
    this.products = products;
  }

  /** Adds op(a) op(b) to {@code into}; no size is 0. */
  void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    Operands operands = products.operands();
    Product product =
        new Product(
            transposeA, transposeB, operands.of(a), operands.of(b), into, terms(a, transposeA));
    operands.ready();
    run(List.of(product));
  }

  /** Adds dy^T x to {@code tableGradient} and gives dy T; no size is 0. */
  INDArray tableGradient(INDArray x, INDArray table, INDArray dy, Accumulator tableGradient) {
    INDArray dx = OneDnnKernels.matrix(dy.size(0), table.size(1));
    Operands operands = products.operands();
    Operand in = operands.of(x);
    Operand values = operands.of(table);
    Operand gradient = operands.of(dy);
    operands.ready();
    run(
        List.of(
            new Product(true, false, gradient, in, tableGradient, terms(dy, true)),
            new Product(false, false, gradient, values, new Accumulator(dx, 0), terms(dy, false))));
    return dx;
  }

  private static int terms(INDArray a, boolean transposed) {
    return Math.toIntExact(a.size(transposed ? 0 : 1));
  }

  private void run(List<Product> all) {
    List<Runnable> pieces = new ArrayList<>();
    for (Product product : all) {
      for (Tile tile : product.tiles(products)) {
        pieces.add(() -> product.compute(products, tile));
      }
    }
    Pieces.run(pieces.size(), piece -> pieces.get(piece).run());
  }

  /**
   * One of them.
   *
   * @param terms of its sums
   */
  private record Product(
      boolean transposeA, boolean transposeB, Operand a, Operand b, Accumulator into, int terms) {
    List<Tile> tiles(LargeProducts products) {
      return products.tiles(transposeA, transposeB, rows(), columns());
    }

    void compute(LargeProducts products, Tile tile) {
      products.multiply(
          transposeA, transposeB, a.address(), b.address(), into, rows(), terms, columns(), tile);
    }

    private int rows() {
      return Math.toIntExact(into.array().size(0));
    }

    private int columns() {
      return Math.toIntExact(into.array().size(1));
    }
  }
}
