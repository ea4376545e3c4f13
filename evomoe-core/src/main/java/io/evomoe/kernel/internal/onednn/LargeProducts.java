package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of token rows with weights, in one precision of their operands, on addresses of float32
 * memory without gaps. Each call computes one piece, on the calling thread, and writes that alone.
 */
interface LargeProducts {

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
   * y = x W + b.
   *
   * @param bias at least as long as W is wide, or null for none
   * @param rows at least 1
   */
  void linear(long x, INDArray weight, @Nullable INDArray bias, long y, int rows);

  /**
   * dx = dy W^T.
   *
   * @param add whether dx is added to
   */
  void inputGradient(long dy, INDArray weight, long dx, int rows, boolean add);
}
