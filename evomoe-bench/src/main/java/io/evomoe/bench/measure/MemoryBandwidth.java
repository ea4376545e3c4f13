package io.evomoe.bench.measure;

import io.evomoe.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** How fast numbers come from memory and go back, now. */
final class MemoryBandwidth {
  private static final int NUMBERS = 1 << 25;
  private static final int RUNS = 7;

  private MemoryBandwidth() {}

  /**
   * Best of seven sums {@code a += b} of two arrays of 128 MiB in float32, each of which reads two
   * numbers and writes one, in 1e9 bytes a second.
   */
  static double gigabytes(Kernels kernels) {
    try (INDArray a = Nd4j.ones(kernels.dataType(), NUMBERS);
        INDArray b = Nd4j.ones(kernels.dataType(), NUMBERS)) {
      double[] seconds = new double[RUNS];
      for (int i = 0; i < RUNS; i++) {
        long start = System.nanoTime();
        kernels.addInto(a, b);
        seconds[i] = (System.nanoTime() - start) * 1e-9;
      }
      double best = Arrays.stream(seconds).min().orElseThrow();
      return 3.0 * NUMBERS * kernels.dataType().width() / best * 1e-9;
    }
  }
}
