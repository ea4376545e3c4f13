package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.AttentionConfig.Rotary;
import java.util.Arrays;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cosines and sines of rotary positions. The table grows to the largest requested position. */
final class RotaryTable {
  private final Kernels kernels;
  private final double[] frequencies;
  private INDArray cosines;
  private INDArray sines;

  RotaryTable(Rotary rotary, int headWidth, Kernels kernels) {
    this.kernels = kernels;
    this.frequencies = rotary.frequencies(headWidth);
    this.cosines = table(1, false);
    this.sines = table(1, true);
  }

  /**
   * Rotates all heads in place.
   *
   * @param rows [positions.length, heads * headWidth]; may be a column view
   */
  void rotate(INDArray rows, int[] positions, boolean back) {
    INDArray c;
    INDArray s;
    synchronized (this) {
      reach(Arrays.stream(positions).max().orElse(0));
      c = cosines;
      s = sines;
    }
    kernels.rotate(rows, c, s, positions, back);
  }

  private void reach(int position) {
    if (position >= cosines.size(0)) {
      int rows = Math.toIntExact(Math.max(position + 1L, 2 * cosines.size(0)));
      cosines = table(rows, false);
      sines = table(rows, true);
    }
  }

  private INDArray table(int rows, boolean sine) {
    double[] values = new double[Math.multiplyExact(rows, frequencies.length)];
    Arrays.setAll(
        values,
        i -> {
          int position = i / frequencies.length;
          double angle = position * frequencies[i % frequencies.length];
          return sine ? Math.sin(angle) : Math.cos(angle);
        });
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return kernels.write(values, rows, frequencies.length);
    }
  }
}
