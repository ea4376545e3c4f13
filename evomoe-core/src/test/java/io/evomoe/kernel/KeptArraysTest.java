package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.testing.RandomArrays;
import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels read memory by its address, which the garbage collector does not see: they keep their
 * arguments until they end. Compiled code alone drops what it no longer needs.
 */
class KeptArraysTest {
  private static final int WIDTH = 64;
  private static final int SMALL = 8;
  private static final int LARGE = 40_000;
  private static final int CALLS_UNTIL_COMPILED = 2_000;
  private static final int COLLECTIONS = 6;

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

  static Stream<Named<BiConsumer<Kernels, INDArray>>> calls() {
    return Stream.of(
        Named.of("linear", (kernels, x) -> kernels.linear(x, WEIGHT, null)),
        Named.of("multiply", (kernels, x) -> kernels.multiply(x, false, WEIGHT, true)),
        Named.of(
            "linearGradient", (kernels, x) -> kernels.linearGradient(x, WEIGHT, x, null, null)),
        Named.of("activation", (kernels, x) -> kernels.activation(ActivationFunction.GELU, x)),
        Named.of("dropout", (kernels, x) -> kernels.dropout(x, 0.1, 7)),
        Named.of("softmax", Kernels::softmax),
        Named.of("gatherRows", (kernels, x) -> kernels.gatherRows(x, rows(x))),
        Named.of("sumOfSquares", Kernels::sumOfSquares),
        Named.of("normalize", (kernels, x) -> kernels.normalize(x, GAIN, null, 1e-5)),
        Named.of(
            "feedForward",
            (kernels, x) -> kernels.feedForward(NETS, x, RowGroups.shared(1, (int) x.size(0)))));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void should_keep_its_argument_until_it_ends(BiConsumer<Kernels, INDArray> call) {
    Kernels kernels = KernelSelection.forPrecision(Precision.F32);
    INDArray small = RandomArrays.gaussian(DataType.FLOAT, 3, SMALL, WIDTH);
    for (int i = 0; i < CALLS_UNTIL_COMPILED; i++) {
      call.accept(kernels, small.dup());
    }
    INDArray large = RandomArrays.gaussian(DataType.FLOAT, 4, LARGE, WIDTH);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    collector.start();
    while (collector.during.get() < COLLECTIONS && System.nanoTime() < deadline) {
      watch(kernels, call, large);
      assertThat(collector.freedTooEarly).isFalse();
    }
  }

  private void watch(Kernels kernels, BiConsumer<Kernels, INDArray> call, INDArray argument) {
    Call running = new Call(argument.dup());
    collector.current = running;
    call.accept(kernels, running.takeArgument());
    running.ended = true;
  }

  private static int[] rows(INDArray x) {
    return RandomArrays.integers((int) x.size(0), (int) x.size(0), 5);
  }

  /** A call whose argument nothing else refers to. */
  private static final class Call {
    private final WeakReference<DataBuffer> memory;
    private @Nullable INDArray argument;
    private volatile boolean ended;

    Call(INDArray argument) {
      this.argument = argument;
      this.memory = new WeakReference<>(argument.data());
    }

    /** Returns the argument, and forgets it. */
    INDArray takeArgument() {
      INDArray taken = Objects.requireNonNull(argument);
      argument = null;
      return taken;
    }
  }

  /** Collects garbage again and again, and looks for arguments that are gone before their call. */
  private static final class Collector extends Thread {
    private volatile Call current = new Call(GAIN);
    private final AtomicInteger during = new AtomicInteger();
    private volatile boolean freedTooEarly;

    @Override
    public void run() {
      while (!isInterrupted()) {
        Call seen = current;
        System.gc();
        boolean gone = seen.memory.get() == null;
        if (!seen.ended) {
          during.incrementAndGet();
          freedTooEarly |= gone;
        }
      }
    }
  }
}
