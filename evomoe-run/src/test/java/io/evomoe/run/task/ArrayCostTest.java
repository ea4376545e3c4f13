package io.evomoe.run.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** In a process of its own: what earlier tests leave goes while the arrays are counted. */
@Tag("long")
class ArrayCostTest {
  private static final int PARAMETERS = 2000;

  /** The constant is a measurement: this fails when a new ND4J needs twice as much, or half. */
  @Test
  void an_array_should_cost_about_what_is_counted() throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Counted.class.getName())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();

    double each =
        Double.parseDouble(out.substring(out.indexOf(Counted.MARK) + Counted.MARK.length()));

    assertThat(each)
        .isBetween(MemoryLimit.HEAP_BYTES_AN_ARRAY / 2.0, MemoryLimit.HEAP_BYTES_AN_ARRAY * 2.0);
  }

  /** The other process. */
  static final class Counted {
    static final String MARK = "bytes an array: ";

    private final Scope scope = Scope.root(1, KernelSelection.forType(DataType.FLOAT));
    private final List<Object> held = new ArrayList<>();

    public static void main(String[] arguments) throws InterruptedException {
      Counted counted = new Counted();
      counted.hold(0);
      long before = usedHeap();
      for (int i = 1; i <= PARAMETERS; i++) {
        counted.hold(i);
      }
      long after = usedHeap();
      System.out.println(
          MARK + (after - before) / ((double) MemoryLimit.ARRAYS_A_PARAMETER * PARAMETERS));
      assertThat(counted.held).hasSize(2 * (PARAMETERS + 1));
    }

    private void hold(int expert) {
      Parameter parameter =
          scope
              .child("blocks.1.feedForward")
              .expert(expert)
              .constant("bias", Parameter.Role.BIAS, 0, 4);
      held.add(parameter);
      held.add(Moments.zeros(parameter, 0));
    }

    /** Arrays that are let go of go in several rounds: each waits for what refers to it to go. */
    private static long usedHeap() throws InterruptedException {
      long least = Long.MAX_VALUE;
      for (int quiet = 0; quiet < 3; quiet++) {
        System.gc();
        Thread.sleep(50);
        long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        if (used < least - 100_000) {
          quiet = 0;
        }
        least = Math.min(least, used);
      }
      return least;
    }
  }
}
