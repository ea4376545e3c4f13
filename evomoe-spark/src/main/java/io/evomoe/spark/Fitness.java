package io.evomoe.spark;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.TaskData;
import java.io.PrintStream;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Whether processes can train a run, and to the same bits.
 *
 * @param parameters of the model with all its experts
 * @param platform operating system and architecture
 * @param kernels that compute
 */
record Fitness(long parameters, String platform, String kernels) {
  /** float32: value, gradient and two moments. */
  private static final int BYTES_A_PARAMETER = 16;

  /** As it is here. */
  static Fitness of(TaskData<?, ?> data, RunConfig config) {
    return new Fitness(
        data.parameters(config).numbers(), Loader.getPlatform(), config.kernels().name());
  }

  /**
   * Refuses processes that do not fit; says where the workers are.
   *
   * @throws IllegalArgumentException naming the process and what it lacks
   */
  void require(List<WorkerFacts> workers, PrintStream console) {
    long bytes = BYTES_A_PARAMETER * parameters;
    for (WorkerFacts facts : workers) {
      if (!facts.problem().isEmpty()) {
        throw new IllegalArgumentException(facts.place() + ": " + facts.problem());
      }
      if (!facts.platform().equals(platform)) {
        throw new IllegalArgumentException(
            "%s must be %s as the driver is, was %s"
                .formatted(facts.place(), platform, facts.platform()));
      }
      if (!facts.kernels().equals(kernels)) {
        throw new IllegalArgumentException(
            "%s must compute with kernels %s as the driver does, has %s"
                .formatted(facts.place(), kernels, facts.kernels()));
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
