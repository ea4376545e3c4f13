package io.evomoe.bench.cli;

import com.sun.management.OperatingSystemMXBean;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.ParameterTotal;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Tasks;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * How much memory a process may use.
 *
 * @param bytes resident, above 0
 * @param name of the limit, for messages
 */
record MemoryLimit(long bytes, String name) {
  /** Value, gradient and two moments. */
  private static final int ARRAYS_A_PARAMETER = 4;

  private static final int FLOAT_BYTES = 4;

  /**
   * Of an array of ND4J's: its objects in the Java heap, and what ND4J and the allocator keep of it
   * beside its numbers. Measured on 80,000 arrays of 1 and of 64 numbers (docs/performance.md).
   */
  static final int HEAP_BYTES_AN_ARRAY = 1400;

  private static final int OTHER_BYTES_AN_ARRAY = 400;

  /** The limit that was asked for, or what the machine or container has. */
  static MemoryLimit of(@Nullable Long asked) {
    if (asked != null) {
      return new MemoryLimit(asked, "--max-memory " + MemorySize.text((double) asked));
    }
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return new MemoryLimit(
        machine, "this machine's memory of " + MemorySize.text((double) machine));
  }

  /**
   * Refuses a model whose parameters alone do not fit, before anything is allocated.
   *
   * @throws IllegalArgumentException naming both sizes
   */
  void requireRoomFor(Task<?, ?> task, RunConfig config) {
    requireRoomFor(
        config.gate(),
        Tasks.named(config.task()).parameters(config, task.vocabulary()),
        Runtime.getRuntime().maxMemory());
  }

  void requireRoomFor(String gate, ParameterTotal parameters, long mostHeap) {
    double arrays = (double) ARRAYS_A_PARAMETER * parameters.arrays();
    double heap = HEAP_BYTES_AN_ARRAY * arrays;
    double numbers = (double) FLOAT_BYTES * ARRAYS_A_PARAMETER * parameters.numbers();
    double needed = numbers + heap + OTHER_BYTES_AN_ARRAY * arrays;
    String what =
        "gate %s: %,d parameters in %,d arrays, with gradients and optimizer moments, need"
            .formatted(gate, parameters.numbers(), parameters.arrays());
    if (needed > bytes) {
      throw new IllegalArgumentException(
          "%s %s, more than %s; use a smaller model.width, model.layers or model.experts"
              .formatted(what, MemorySize.text(needed), name));
    }
    if (heap > mostHeap) {
      throw new IllegalArgumentException(
          "%s %s of the Java heap, which has %s; use a smaller model.layers or model.experts, or -Xmx"
              .formatted(what, MemorySize.text(heap), MemorySize.text((double) mostHeap)));
    }
  }
}
