package io.evomoe.run.task;

import com.sun.management.OperatingSystemMXBean;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.internal.MetaArrays;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingConfig;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The memory that a process may use.
 *
 * @param bytes resident, above 0
 * @param name of the limit, for messages
 */
public record MemoryLimit(long bytes, String name) {
  /** Value, gradient and two moments. */
  static final int ARRAYS_A_PARAMETER = 4;

  private static final int FLOAT_BYTES = 4;

  /**
   * Bytes in the Java heap for one ND4J array, and what ND4J and the allocator keep besides its
   * numbers (docs/performance.md has the measurement).
   */
  static final int HEAP_BYTES_AN_ARRAY = 700;

  private static final int OTHER_BYTES_AN_ARRAY = 400;

  private static final double GIBIBYTE = 1 << 30;
  private static final double MEBIBYTE = 1 << 20;

  /** Returns the memory of the machine or container. */
  public static MemoryLimit ofMachine() {
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return new MemoryLimit(machine, "this machine's memory of " + text((double) machine));
  }

  /**
   * Rejects a model whose parameters alone do not fit, before anything is allocated.
   *
   * @throws IllegalArgumentException naming both sizes
   */
  public void requireRoomFor(TaskData<?, ?> data, RunConfig config) {
    requireRoomFor(config.gate(), data.parameters(config), Runtime.getRuntime().maxMemory());
  }

  /** Returns the memory of parameters with their gradients and optimizer moments, heap included. */
  public static double bytes(ParameterTotal parameters) {
    double trained = (double) parameters.trained() * (ARRAYS_A_PARAMETER - 1);
    double numbers = FLOAT_BYTES * (parameters.numbers() + trained);
    double arrays = (double) ARRAYS_A_PARAMETER * parameters.arrays();
    return numbers + (HEAP_BYTES_AN_ARRAY + OTHER_BYTES_AN_ARRAY) * arrays;
  }

  /**
   * Returns the bytes of a checkpoint with this number of parameters and their optimizer moments.
   */
  public static long checkpointBytes(long numbers) {
    return FLOAT_BYTES * (ARRAYS_A_PARAMETER - 1) * numbers;
  }

  /** Returns the bytes of a checkpoint of a model with the moments of its trained parameters. */
  public static long checkpointBytes(ParameterTotal parameters) {
    return FLOAT_BYTES * (parameters.numbers() + (ARRAYS_A_PARAMETER - 2) * parameters.trained());
  }

  public void requireRoomFor(String gate, ParameterTotal parameters, long mostHeap) {
    double arrays = (double) ARRAYS_A_PARAMETER * parameters.arrays();
    double heap = HEAP_BYTES_AN_ARRAY * arrays;
    double needed = bytes(parameters);
    String what =
        "gate %s: %,d parameters in %,d arrays, with gradients and optimizer moments, need"
            .formatted(gate, parameters.numbers(), parameters.arrays());
    if (needed > bytes) {
      throw new IllegalArgumentException(
          "%s %s, more than %s; use a smaller model.hiddenSize, model.numHiddenLayers or model.experts"
              .formatted(what, text(needed), name));
    }
    if (heap > mostHeap) {
      throw new IllegalArgumentException(
          "%s %s of the Java heap, which has %s; use a smaller model.numHiddenLayers or model.experts, or -Xmx"
              .formatted(what, text(heap), text((double) mostHeap)));
    }
  }

  /** Returns an amount of memory, for the user. */
  public static String text(double bytes) {
    return bytes < GIBIBYTE / 10
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE)
        : String.format(Locale.ROOT, "%.1f GiB", bytes / GIBIBYTE);
  }

  /**
   * The size of a model's trainable parameters.
   *
   * @param numbers trainable numbers, at least 0
   * @param arrays arrays of these numbers, at least 0
   * @param perToken numbers that a token with one expert in each MoE block uses
   * @param trained numbers that the run trains; with {@code training.trainExperts} those of all
   *     experts
   */
  public record ParameterTotal(long numbers, long arrays, long perToken, long trained) {

    /** The size of a model that is trained as a whole. */
    public ParameterTotal(long numbers, long arrays, long perToken) {
      this(numbers, arrays, perToken, numbers);
    }

    /**
     * Counts the parameters of a model with all its experts, without memory for their values.
     *
     * @throws IllegalArgumentException if the Java heap cannot hold its arrays
     */
    static ParameterTotal of(Supplier<? extends Model<?>> model, TrainingConfig training) {
      int heapBytes = MemoryLimit.ARRAYS_A_PARAMETER * MemoryLimit.HEAP_BYTES_AN_ARRAY;
      long most = Runtime.getRuntime().maxMemory() / heapBytes;
      Model<?> made = MetaArrays.make(most, model);
      List<Parameter> all = made.parameters();
      long numbers = all.stream().mapToLong(Parameter::length).sum();
      long idle = Math.round(made.evolving().idleParameters(1));
      boolean adapted = all.stream().anyMatch(one -> one.role() == Parameter.Role.ADAPTER);
      long trained =
          all.stream()
              .filter(one -> training.mayTrain(one, adapted))
              .mapToLong(Parameter::length)
              .sum();
      return new ParameterTotal(numbers, all.size(), numbers - idle, trained);
    }
  }
}
