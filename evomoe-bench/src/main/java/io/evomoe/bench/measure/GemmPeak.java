package io.evomoe.bench.measure;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The fastest matrix product of this machine, now: the yardstick for a step. */
final class GemmPeak {
  private static final int SIZE = 1024;
  private static final int RUNS = 12;

  private GemmPeak() {}

  /** Best of twelve products of two 1024 x 1024 matrices, in 1e9 operations a second. */
  static double gigaflops(Kernels kernels) {
    INDArray a = Nd4j.rand(kernels.dataType(), SIZE, SIZE);
    INDArray b = Nd4j.rand(kernels.dataType(), SIZE, SIZE);
    INDArray c = Nd4j.create(kernels.dataType(), SIZE, SIZE);
    double[] seconds = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      kernels.multiplyInto(a, false, b, false, new Accumulator(c, 0));
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    double best = Arrays.stream(seconds).min().orElseThrow();
    return 2.0 * SIZE * SIZE * SIZE / best * 1e-9;
  }
}
