package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of token rows with weights, with operands of one type (see {@link Operands}). Operands
 * are matrices without gaps. Each call computes and writes one piece, on the calling thread. Sums
 * are float32, and so are results, unless a method says otherwise.
 */
interface LargeProducts {

  /** Returns the conversion of arrays to operands. */
  Rounding rounding();

  /** Returns the type of the elements of an operand. */
  default DataType type() {
    return rounding().type();
  }

  /** Returns a collection of operands, for one call of a kernel. */
  default Operands operands() {
    return new Operands(rounding());
  }

  /**
   * Returns the number of rows of an operand of a given size that a collection should contain, at
   * least 1.
   */
  default int rowsAtOnce(long width) {
    return rounding().rows(width);
  }

  /** Returns the parts of c = op(a) op(b) [m, n] that {@link #multiply} computes at a time. */
  List<Tile> tiles(boolean transposeA, boolean transposeB, long m, long n);

  /**
   * Computes a tile of c [m, n] = op(a) op(b), or adds it to c, depending on {@code into}.
   *
   * @param m at least 1, like k and n
   */
  void multiply(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      Accumulator into,
      int m,
      int k,
      int n,
      Tile tile);

  /**
   * Computes the sums of the columns of dy [rows, columns] of a tile of a weight's gradient, if it
   * is at the top.
   */
  void columnSums(long dy, int rows, int columns, @Nullable Accumulator into, Tile tile);

  /**
   * Computes y = x W + b.
   *
   * @param bias at least as long as the rows of W, or null for none
   * @param y may have another type
   * @param rows at least 1
   */
  void linear(long x, Weight weight, @Nullable INDArray bias, Target y, int rows);

  /**
   * Computes dx = dy W^T.
   *
   * @param dx may have another type
   * @param add whether to add to dx, which is float32 then
   */
  void inputGradient(long dy, Weight weight, Target dx, int rows, boolean add);

  /**
   * The target of rows.
   *
   * @param type float32 or that of operands
   */
  record Target(long address, DataType type) {
    /** Returns the target of an array, from a row. */
    static Target of(INDArray array, long row) {
      return new Target(Address.row(array, row), array.dataType());
    }
  }

  /**
   * A weight [in, out].
   *
   * @param values an operand
   */
  record Weight(Operand values, long in, long out) {}
}
