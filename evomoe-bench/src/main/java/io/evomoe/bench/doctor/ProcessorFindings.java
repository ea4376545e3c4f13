package io.evomoe.bench.doctor;

import io.evomoe.internal.threads.Workers;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

/** Java, the processors and the threads on them, and how busy they are. */
final class ProcessorFindings {
  private static final String THREADS = "threads";
  private static final String WAITING = "waiting threads";

  /** Of the processors, as load: from here on others take time from a run. */
  private static final double BUSY = 0.5;

  private ProcessorFindings() {}

  static List<Finding> here() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    int processors = Runtime.getRuntime().availableProcessors();
    String java =
        "%s, %s (%s)"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor", "unknown vendor"),
                System.getProperty("java.home", ""));
    return List.of(
        Finding.ok("java", java),
        threads(processors),
        waiting(System.getenv()),
        load(load, processors));
  }

  private static Finding threads(int processors) {
    try {
      return threads(processors, Workers.shared().threads());
    } catch (IllegalArgumentException e) {
      return Finding.stops(
          THREADS,
          String.valueOf(e.getMessage()),
          "unset it: the default is one thread for each processor");
    }
  }

  /**
   * Threads of the kernels.
   *
   * @param processors that this process may use
   */
  static Finding threads(int processors, int threads) {
    String found = "%d of the kernels on %d processors".formatted(threads, processors);
    return Finding.slow(
            THREADS, found, "unset OMP_NUM_THREADS and -Devomoe.threads to use all processors")
        .unless(threads == processors);
  }

  /** Whether threads of ND4J's own operations sleep when they wait. */
  static Finding waiting(Map<String, String> environment) {
    return environment.containsKey("GOMP_SPINCOUNT") || environment.containsKey("OMP_WAIT_POLICY")
        ? Finding.ok(WAITING, "sleep soon")
        : Finding.slow(
            WAITING,
            "spin for a long time, which slows other processes on the same cores",
            "start with ./evomoe, or with GOMP_SPINCOUNT=1000 in the environment");
  }

  /**
   * Other work.
   *
   * @param load threads that compute or want to, over the last minute; negative if unknown
   */
  static Finding load(double load, int processors) {
    if (load < 0) {
      return Finding.ok("load", "unknown on this system");
    }
    String found = "%.1f of %d processors".formatted(load, processors);
    return load < BUSY * processors
        ? Finding.ok("load", found)
        : Finding.slow(
            "load",
            found + " in the last minute",
            "close other programs: they slow down training and distort measured times");
  }
}
