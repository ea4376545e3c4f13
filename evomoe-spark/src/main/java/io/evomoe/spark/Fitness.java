package io.evomoe.spark;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import java.io.PrintStream;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Checks whether processes can train a run with bit-identical results.
 *
 * @param parameters of the model with all its experts
 * @param platform operating system and architecture
 * @param kernels name of the kernels
 */
record Fitness(long parameters, String platform, String kernels) {
  /** float32: value, gradient and two moments. */
  private static final int BYTES_A_PARAMETER = 16;

  /** Returns the values of this process. */
  static Fitness of(TaskData<?, ?> data, RunConfig config) {
    return new Fitness(
        data.parameters(config).numbers(), Loader.getPlatform(), config.kernels().name());
  }

  /**
   * Rejects processes that do not fit; prints the places of the workers.
   *
   * @throws IllegalArgumentException naming the process and its deficiency
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
