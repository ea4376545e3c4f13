package io.evomoe.spark;

import io.evomoe.kernel.Kernels;
import io.evomoe.run.config.RunConfig;
import java.io.Serializable;
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
}
