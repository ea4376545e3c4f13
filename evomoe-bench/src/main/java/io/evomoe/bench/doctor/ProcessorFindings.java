package io.evomoe.bench.doctor;

import io.evomoe.internal.threads.Workers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Java, the processors and the threads on them, and how busy they are. */
final class ProcessorFindings {
  private static final String THREADS = "threads";
  private static final String WAITING = "waiting threads";

  /** Of the processors, as load: from here on others take time from a run. */
  private static final double BUSY = 0.5;

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private ProcessorFindings() {}

  static List<Finding> here() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    int processors = Runtime.getRuntime().availableProcessors();
    return List.of(
        java(
            Runtime.version().toString(),
            System.getProperty("java.vendor", "unknown vendor"),
            System.getProperty("java.home", ""),
            System.getProperty("java.vm.info", "")),
        threads(processors, cores()),
        waiting(System.getenv()),
        load(load, processors));
  }

  static Finding java(String version, String vendor, String home, String mode) {
    String found = "%s, %s (%s)".formatted(version, vendor, home);
    return mode.startsWith("interpreted")
        ? Finding.slow("java", found + ", interpreted", "remove -Xint: it disables compilation")
        : Finding.ok("java", found);
  }

  private static Finding threads(int processors, Optional<Integer> cores) {
    try {
      return threads(processors, cores, Workers.shared().threads());
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
   * @param cores of the machine, where that is known
   */
  static Finding threads(int processors, Optional<Integer> cores, int threads) {
    String found =
        "%d of the kernels on %d processors%s"
            .formatted(
                threads,
                processors,
                cores.map(n -> " (the machine has %d cores)".formatted(n)).orElse(""));
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

  /** Cores of the machine; empty where the system does not tell. */
  static Optional<Integer> cores() {
    try {
      return cores(Files.readAllLines(PROCESSORS));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The different pairs of a package and a core in it. */
  static Optional<Integer> cores(Collection<String> lines) {
    Set<String> cores = new HashSet<>();
    String chip = "";
    for (String line : lines) {
      String value = line.substring(line.indexOf(':') + 1).strip();
      if (line.startsWith("physical id")) {
        chip = value;
      } else if (line.startsWith("core id")) {
        cores.add(chip + "/" + value);
      }
    }
    return cores.isEmpty() ? Optional.empty() : Optional.of(cores.size());
  }
}
