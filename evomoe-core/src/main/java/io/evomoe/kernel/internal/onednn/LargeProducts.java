package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of token rows with weights, in one type of their operands, which {@link Operands} are
 * in. Operands are matrices without gaps. Each call computes one piece, on the calling thread, and
 * writes that alone. Sums are float32; so is what is written, unless a method says otherwise.
 */
interface LargeProducts {

  /** What makes operands of arrays. */
  Rounding rounding();

  /** Type of the elements of an operand. */
  default DataType type() {
    return rounding().type();
  }

  /** A collection of operands, for one call of a kernel. */
  default Operands operands() {
    return new Operands(rounding());
  }

  /** Rows of an operand of a width that a collection should hold, at least 1. */
  default int rowsAtOnce(long width) {
    return rounding().rows(width);
  }

  /** The parts of c = op(a) op(b) [m, n] that {@link #multiply} computes at a time. */
  List<Tile> tiles(boolean transposeA, boolean transposeB, long m, long n);

  /**
   * A tile of c [m, n] = op(a) op(b), added to c where {@code into} says so.
   *
   * @param m at least 1, as k and n
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
   * The sums of the columns of dy [rows, columns], those of a tile of the gradient of a weight that
   * is one at the top.
   */
  void columnSums(long dy, int rows, int columns, @Nullable Accumulator into, Tile tile);

  /**
   * y = x W + b.
   *
   * @param bias at least as long as W is wide, or null for none
   * @param y of a type of its own
   * @param rows at least 1
   */
  void linear(long x, Weight weight, @Nullable INDArray bias, Target y, int rows);

  /**
   * dx = dy W^T.
   *
   * @param dx of a type of its own
   * @param add whether dx, float32 then, is added to
   */
  void inputGradient(long dy, Weight weight, Target dx, int rows, boolean add);

  /**
   * Where rows are written.
   *
   * @param type float32 or that of operands
   */
  record Target(long address, DataType type) {
    /** Of an array, from a row on. */
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
