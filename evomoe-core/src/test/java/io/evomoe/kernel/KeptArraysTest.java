package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.testing.RandomArrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels read memory by its address, which the garbage collector does not see: they keep their
 * arguments while they read them. Compiled code alone drops what it no longer needs. Freed memory
 * is overwritten here, so a kernel that reads it has another result, or crashes.
 */
class KeptArraysTest {
  private static final int WIDTH = 64;
  private static final int SMALL = 8;
  private static final int LARGE = 40_000;
  private static final int CALLS_UNTIL_COMPILED = 2_000;
  private static final int COLLECTIONS = 30;

  private static final INDArray WEIGHT = RandomArrays.gaussian(DataType.FLOAT, 1, WIDTH, WIDTH);
  private static final INDArray GAIN = RandomArrays.gaussian(DataType.FLOAT, 2, WIDTH);
  private static final FeedForwardNets NETS =
      new FeedForwardNets(
          ActivationFunction.SILU, GroupedMap.of(WEIGHT, null), null, GroupedMap.of(WEIGHT, null));

  private final Collector collector = new Collector();

  @AfterEach
  void end() throws InterruptedException {
    collector.interrupt();
    collector.join();
  }

  static Stream<Named<BiFunction<Kernels, INDArray, INDArray>>> calls() {
    return Stream.of(
        Named.of("linear", (kernels, x) -> kernels.linear(x, WEIGHT, null)),
        Named.of("multiply", (kernels, x) -> kernels.multiply(x, false, WEIGHT, true)),
        Named.of(
            "linearGradient", (kernels, x) -> kernels.linearGradient(x, WEIGHT, x, null, null)),
        Named.of("activation", (kernels, x) -> kernels.activation(ActivationFunction.GELU, x)),
        Named.of("dropout", (kernels, x) -> kernels.dropout(x, 0.1, 7)),
        Named.of("softmax", Kernels::softmax),
        Named.of("gatherRows", (kernels, x) -> kernels.gatherRows(x, rows(x))),
        Named.of("sumOfSquares", (kernels, x) -> Nd4j.scalar(kernels.sumOfSquares(x))),
        Named.of("normalize", (kernels, x) -> kernels.normalize(x, GAIN, null, 1e-5).output()),
        Named.of(
            "feedForward",
            (kernels, x) ->
                kernels.feedForward(NETS, x, RowGroups.shared(1, (int) x.size(0))).output()));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void should_keep_its_argument_while_it_reads_it(BiFunction<Kernels, INDArray, INDArray> call) {
    Kernels kernels = KernelSelection.forPrecision(Precision.F32);
    INDArray small = RandomArrays.gaussian(DataType.FLOAT, 3, SMALL, WIDTH);
    for (int i = 0; i < CALLS_UNTIL_COMPILED; i++) {
      assertThat(call.apply(kernels, small.dup())).isNotNull();
    }
    INDArray large = RandomArrays.gaussian(DataType.FLOAT, 4, LARGE, WIDTH);
    INDArray expected = call.apply(kernels, large);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    collector.start();
    while (collector.collections.get() < COLLECTIONS && System.nanoTime() < deadline) {
      assertThat(call.apply(kernels, large.dup())).isEqualTo(expected);
    }
  }

  private static int[] rows(INDArray x) {
    return RandomArrays.integers((int) x.size(0), (int) x.size(0), 5);
  }

  /** Collects garbage again and again, and overwrites what was freed. */
  private static final class Collector extends Thread {
    private final AtomicInteger collections = new AtomicInteger();

    @Override
    public void run() {
      while (!isInterrupted()) {
        System.gc();
        Nd4j.valueArrayOf(new long[] {LARGE, WIDTH}, 1e20, DataType.FLOAT).close();
        collections.incrementAndGet();
      }
    }
  }
}
