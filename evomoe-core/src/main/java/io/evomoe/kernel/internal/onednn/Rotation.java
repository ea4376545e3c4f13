package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.RowBounds;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rotary positions: pairs (j, j + w / 2) of each head are rotated in place. Rows are staged through
 * heap arrays like those of {@link Rows}.
 */
final class Rotation {
  private static final int PIECE = 1 << 15;

  private Rotation() {}

  /**
   * Rotates each head of each row.
   *
   * @param x [positions.length, heads * w], changed; may be a column view
   * @param cosines [n, w / 2]
   * @param sines [n, w / 2]
   */
  static void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    RowBounds.require(positions, cosines.size(0));
    int width = Math.toIntExact(x.size(1));
    int half = Math.toIntExact(cosines.size(1));
    int stride = Address.rowStride(x);
    FloatBuffer rows = Address.rowsBuffer(x);
    FloatBuffer allCosines = Address.buffer(cosines);
    FloatBuffer allSines = Address.buffer(sines);
    Parallel.ranges(
        positions.length,
        Math.max(1, PIECE / width),
        (first, last) -> {
          float[] row = new float[width];
          float[] c = new float[half];
          float[] s = new float[half];
          for (int i = first; i < last; i++) {
            allCosines.get(positions[i] * half, c);
            allSines.get(positions[i] * half, s);
            rows.get(i * stride, row);
            for (int head = 0; head < width; head += 2 * half) {
              turn(row, head, c, s, back ? -1 : 1);
            }
            rows.put(i * stride, row);
          }
        });
  }

  /** Rotates with a separate sign, so that the loop is compiled to vector code. */
  private static void turn(float[] row, int head, float[] c, float[] s, float sign) {
    int half = c.length;
    for (int j = 0; j < half; j++) {
      float a = row[head + j];
      float b = row[head + half + j];
      float sine = sign * s[j];
      row[head + j] = a * c[j] - b * sine;
      row[head + half + j] = b * c[j] + a * sine;
    }
  }
}
