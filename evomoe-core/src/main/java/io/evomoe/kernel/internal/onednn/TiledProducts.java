package io.evomoe.kernel.internal.onednn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

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
    int terms = Math.toIntExact(a.size(transposeA ? 0 : 1));
    Operands operands = products.operands();
    Product product =
        new Product(transposeA, transposeB, operands.of(a), operands.of(b), into, terms);
    operands.ready();
    run(List.of(product));
  }

  /** Adds dy^T x to {@code tableGradient} and returns dy T. No size is 0. */
  INDArray tableGradient(INDArray x, INDArray table, INDArray dy, Accumulator tableGradient) {
    int rows = Math.toIntExact(dy.size(0));
    int classes = Math.toIntExact(dy.size(1));
    INDArray dx = OneDnnKernels.matrix(rows, table.size(1));
    int most = products.rowsAtOnce(classes);
    Accumulator sum = tableGradient;
    for (int from = 0; from < rows; from += Math.min(most, rows - from)) {
      int size = Math.min(most, rows - from);
      Operands operands = products.operands();
      Operand in = operands.ofRows(x, from, size);
      Operand values = operands.of(table);
      Operand gradient = operands.ofRows(dy, from, size);
      operands.ready();
      Accumulator part = new Accumulator(dx.get(interval(from, from + size), all()), 0);
      run(
          List.of(
              new Product(true, false, gradient, in, sum, size),
              new Product(false, false, gradient, values, part, classes)));
      sum = tableGradient.further();
    }
    return dx;
  }

  private void run(List<Product> all) {
    List<Runnable> pieces = new ArrayList<>();
    for (Product product : all) {
      for (Tile tile : product.tiles(products)) {
        pieces.add(() -> product.compute(products, tile));
      }
    }
    Pieces.run(pieces);
  }

  /**
   * One of the products.
   *
   * @param terms number of terms of its sums
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
