package io.evomoe.bench.cli.bench;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What this machine reaches now: the yardsticks for a step. */
final class MachineSpeed {
  private static final int SIZE = 1024;
  private static final int NUMBERS = 1 << 25;

  private MachineSpeed() {}

  /** Seconds that some work takes. */
  static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) * 1e-9;
  }

  /** The least of several runs. */
  static double best(int runs, Runnable work) {
    return DoubleStream.generate(() -> seconds(work)).limit(runs).min().orElseThrow();
  }

  /** Best of twelve products of two 1024 x 1024 matrices, in 1e9 operations a second. */
  static double gemmGigaflops(Kernels kernels) {
    INDArray a = Nd4j.rand(kernels.dataType(), SIZE, SIZE);
    INDArray b = Nd4j.rand(kernels.dataType(), SIZE, SIZE);
    Accumulator c = new Accumulator(Nd4j.create(kernels.dataType(), SIZE, SIZE), 0);
    double best = best(12, () -> kernels.multiplyInto(a, false, b, false, c));
    return 2.0 * SIZE * SIZE * SIZE / best * 1e-9;
  }

  /**
   * Best of seven sums {@code a += b} of two arrays of 128 MiB in float32, each of which reads two
   * numbers from memory and writes one, in 1e9 bytes a second.
   */
  static double memoryGigabytes(Kernels kernels) {
    try (INDArray a = Nd4j.ones(kernels.dataType(), NUMBERS);
        INDArray b = Nd4j.ones(kernels.dataType(), NUMBERS)) {
      double best = best(7, () -> kernels.addInto(a, b));
      return 3.0 * NUMBERS * kernels.dataType().width() / best * 1e-9;
    }
  }
}
