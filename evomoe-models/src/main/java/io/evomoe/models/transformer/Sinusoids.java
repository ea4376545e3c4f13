package io.evomoe.models.transformer;

import io.evomoe.kernel.Kernels;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Position encodings of Vaswani et al. 2017, section 3.5, in the paper's layout. Column {@code 2i}
 * is {@code sin(p / 10000^(2i/d))} and column {@code 2i + 1} the cosine of the same angle, with p
 * from 0. (tensor2tensor and fairseq put all sines before all cosines, with slightly wider
 * frequency spacing. The order of columns does not matter to a network that learns its weights from
 * scratch.)
 */
final class Sinusoids {
  private static final double BASE = 10_000;

  private Sinusoids() {}

  /**
   * Returns the encodings of the positions from 0, [positions, width]; outside of any workspace.
   */
  static INDArray table(int positions, int width, Kernels kernels) {
    double[] values = new double[Math.multiplyExact(positions, width)];
    for (int p = 0; p < positions; p++) {
      for (int column = 0; column < width; column++) {
        int even = column - column % 2;
        double angle = p / Math.pow(BASE, (double) even / width);
        values[p * width + column] = column == even ? Math.sin(angle) : Math.cos(angle);
      }
    }
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return kernels.write(values, positions, width);
    }
  }
}
