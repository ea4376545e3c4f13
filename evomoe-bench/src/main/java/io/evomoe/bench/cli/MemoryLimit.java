package io.evomoe.bench.cli;

import com.sun.management.OperatingSystemMXBean;
import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.Task;
import io.evomoe.bench.task.Tasks;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * How much memory a process may use.
 *
 * @param bytes resident, above 0
 * @param name of the limit, for messages
 */
record MemoryLimit(long bytes, String name) {
  /** float32: value, gradient and two moments. */
  private static final int BYTES_A_PARAMETER = 16;

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
    double parameters = (double) Tasks.named(config.task()).parameters(config, task.vocabulary());
    double needed = BYTES_A_PARAMETER * parameters;
    if (needed > bytes) {
      throw new IllegalArgumentException(
          ("gate %s: %,.0f parameters with gradients and optimizer moments need %s, more than %s;"
                  + " use a smaller model.width, model.layers or model.experts")
              .formatted(config.gate(), parameters, MemorySize.text(needed), name));
    }
  }
}
