package io.evomoe.spark;

import io.evomoe.kernel.Kernels;
import io.evomoe.run.config.RunConfig;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * The environment of a worker.
 *
 * @param place name of the process
 * @param platform operating system and architecture, in the native libraries' terms
 * @param kernels name of the kernels there
 * @param offHeapBytes available memory outside of the heap
 * @param problem reason why it cannot train; empty if it can
 */
record WorkerFacts(String place, String platform, String kernels, long offHeapBytes, String problem)
    implements Serializable {

  /** float32: value, gradient and two moments. */
  private static final int BYTES_A_PARAMETER = 16;

  /** Returns the facts of this process, and loads its native libraries for that. */
  static WorkerFacts here(RunConfig config) {
    Kernels kernels = config.kernels();
    return new WorkerFacts(
        placeName(), Loader.getPlatform(), kernels.name(), Pointer.maxBytes(), "");
  }

  /** Returns the facts of this process, which cannot train. */
  static WorkerFacts unfit(String problem) {
    return new WorkerFacts(placeName(), System.getProperty("os.arch", ""), "", 0, problem);
  }

  static String placeName() {
    SparkEnv env = SparkEnv.get();
    String id = env.executorId();
    return id.equals("driver")
        ? "this process"
        : "executor %s on %s".formatted(id, env.blockManager().blockManagerId().host());
  }

  /**
   * Rejects workers that cannot train a run with results identical to the bit; prints the places of
   * the others.
   *
   * @param parameters of the model with all its experts
   * @throws IllegalArgumentException naming the process and its deficiency
   */
  static void requireFit(
      List<WorkerFacts> workers, WorkerFacts driver, long parameters, PrintStream console) {
    long bytes = BYTES_A_PARAMETER * parameters;
    for (WorkerFacts facts : workers) {
      if (!facts.problem().isEmpty()) {
        throw new IllegalArgumentException(facts.place() + ": " + facts.problem());
      }
      if (!facts.platform().equals(driver.platform)) {
        throw new IllegalArgumentException(
            "%s must be %s as the driver is, was %s"
                .formatted(facts.place(), driver.platform, facts.platform()));
      }
      if (!facts.kernels().equals(driver.kernels)) {
        throw new IllegalArgumentException(
            "%s must compute with kernels %s as the driver does, has %s"
                .formatted(facts.place(), driver.kernels, facts.kernels()));
      }
      if (facts.offHeapBytes() > 0 && facts.offHeapBytes() < bytes) {
        throw new IllegalArgumentException(
            ("%s must have %,d MB outside of the heap for %,d parameters with gradients and"
                    + " moments, has %,d MB: set spark.executor.memoryOverhead")
                .formatted(facts.place(), bytes >> 20, parameters, facts.offHeapBytes() >> 20));
      }
    }
    console.printf(
        "%d workers in %s%n",
        workers.size(), workers.stream().map(WorkerFacts::place).distinct().sorted().toList());
  }
}
