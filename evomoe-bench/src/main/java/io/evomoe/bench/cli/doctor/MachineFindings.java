package io.evomoe.bench.cli.doctor;

import static io.evomoe.bench.cli.doctor.Finding.State.MISSING;
import static io.evomoe.bench.cli.doctor.Finding.State.SLOW;
import static io.evomoe.bench.cli.doctor.Finding.State.STOPS;

import com.sun.management.OperatingSystemMXBean;
import io.evomoe.bench.measure.ProcessMemory;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.natives.NativeFolders;
import io.evomoe.internal.threads.Workers;
import io.evomoe.run.task.MemoryLimit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Java, processors and their load, memory, and the folders that a run reads and writes. */
final class MachineFindings {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final String TUNABLE = "glibc.malloc.hugetlb=1";
  private static final double MEBIBYTE = 1 << 20;

  /** Of the processors, as load: from here on others take time from a run. */
  private static final double BUSY = 0.5;

  /** Below this, other programs and a run of preset {@code small} do not go together well. */
  private static final double LITTLE_MEMORY = 2048 * MEBIBYTE;

  /** Tokenizing a large text was measured down to twice of it (docs/performance.md). */
  private static final double LITTLE_HEAP = 256 * MEBIBYTE;

  /** Less than the checkpoints of a small run and their temporary copies. */
  private static final double NO_ROOM = 64 * MEBIBYTE;

  private static final double LITTLE_ROOM = 5 * 1024 * MEBIBYTE;

  private MachineFindings() {}

  static List<Finding> processors() {
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
      String advice = "unset it: the default is one thread for each processor";
      return new Finding("threads", STOPS, String.valueOf(e.getMessage()), advice);
    }
  }

  /**
   * Threads of the kernels.
   *
   * @param processors that this process may use
   */
  static Finding threads(int processors, int threads) {
    String found = "%d of the kernels on %d processors".formatted(threads, processors);
    String advice = "unset OMP_NUM_THREADS and -Devomoe.threads to use all processors";
    return new Finding("threads", SLOW, found, advice).unless(threads == processors);
  }

  /** Whether threads of ND4J's own operations sleep when they wait. */
  static Finding waiting(Map<String, String> environment) {
    return environment.containsKey("GOMP_SPINCOUNT") || environment.containsKey("OMP_WAIT_POLICY")
        ? Finding.ok("waiting threads", "sleep soon")
        : new Finding(
            "waiting threads",
            SLOW,
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
        : new Finding(
            "load",
            SLOW,
            found + " in the last minute",
            "close other programs: they slow down training and distort measured times");
  }

  static List<Finding> memory() {
    double total =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return List.of(
        memory(total, 1024 * ProcessMemory.kibibytes(MEMORY, "MemAvailable:")),
        heap((double) Runtime.getRuntime().maxMemory()),
        pages(readPages(), System.getenv()));
  }

  /**
   * Of the machine or the container.
   *
   * @param available without swapping, of the machine; NaN where the system does not tell
   */
  static Finding memory(double total, double available) {
    double free = Double.isNaN(available) ? total : Math.min(total, available);
    String found =
        MemoryLimit.text(total)
            + (Double.isNaN(available) ? "" : ", %s are free".formatted(MemoryLimit.text(free)));
    String advice = "close other programs, or use --preset quick; --max-memory stops a run in time";
    return new Finding("memory", MISSING, found, advice).unless(free >= LITTLE_MEMORY);
  }

  /**
   * What Java may take for objects; arrays of numbers lie outside of that.
   *
   * @param heap at most, {@code -Xmx}
   */
  static Finding heap(double heap) {
    String found = "up to %s (-Xmx), without tensors".formatted(MemoryLimit.text(heap));
    return new Finding("java heap", MISSING, found, "EVOMOE_JAVA_OPTS=-Xmx1g gives more")
        .unless(heap >= LITTLE_HEAP);
  }

  private static String readPages() {
    try {
      return Files.readString(PAGES).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Whether arrays lie in large pages.
   *
   * @param setting as Linux writes it, {@code always [madvise] never}; empty where it is not Linux
   */
  static Finding pages(String setting, Map<String, String> environment) {
    if (setting.isEmpty()) {
      return Finding.ok("large pages", "unknown on this system");
    }
    if (setting.contains("[never]")) {
      String advice = "as root: echo madvise > " + PAGES + " (steps are 3 to 6% faster with them)";
      return new Finding("large pages", SLOW, "disabled by the system", advice);
    }
    boolean asked = environment.getOrDefault("GLIBC_TUNABLES", "").contains(TUNABLE);
    return asked || setting.contains("[always]")
        ? Finding.ok("large pages", "used for arrays")
        : new Finding(
            "large pages",
            SLOW,
            "not enabled (steps are 3 to 6% faster with them)",
            "start with ./evomoe, or with GLIBC_TUNABLES=" + TUNABLE + " in the environment");
  }

  /**
   * Folders of data, of native code and for results.
   *
   * @param data folders of each task's data, by the task's name
   * @param results folder below which runs are to be written; need not exist
   */
  static List<Finding> folders(Map<String, List<Path>> data, Path results) {
    Path home = Path.of(System.getProperty("user.home", ""));
    List<Finding> findings =
        new ArrayList<>(List.of(data(data), nativeCode(NativeFolders.root(), home)));
    findings.addAll(results(results));
    return findings;
  }

  static Finding data(Map<String, List<Path>> data) {
    List<String> absent =
        data.entrySet().stream()
            .filter(task -> !task.getValue().stream().allMatch(Files::isReadable))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    Stream<String> folders = data.values().stream().flatMap(List::stream).map(Path::toString);
    return absent.isEmpty()
        ? Finding.ok("data", folders.sorted().distinct().collect(Collectors.joining(", ")))
        : new Finding(
            "data",
            MISSING,
            "none for task " + String.join(", ", absent),
            "use --data, or start ./evomoe in the project's folder");
  }

  /**
   * Where native code is unpacked to.
   *
   * @param home of the user, whose folder stays from one process to the next
   */
  static Finding nativeCode(Path folder, Path home) {
    return folder.startsWith(home)
        ? Finding.ok("native code", folder.toString())
        : new Finding(
            "native code",
            SLOW,
            "unpacked by every process, to " + folder,
            "use a home folder that only you can write to, or -Duser.home=DIR");
  }

  /** Whether results can be written to a folder, and how much. */
  static List<Finding> results(Path folder) {
    Path existing = folder.toAbsolutePath().normalize();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      Files.delete(Files.createTempFile(existing, ".evomoe", null));
      return List.of(
          Finding.ok("results", folder + " can be written to"),
          disk((double) Files.getFileStore(existing).getUsableSpace()));
    } catch (IOException e) {
      String found = "cannot write to %s: %s".formatted(existing, IoReason.of(e, existing));
      String advice = "use a folder that you can write to, or --out DIR";
      return List.of(new Finding("results", STOPS, found, advice));
    }
  }

  static Finding disk(double free) {
    String found = MemoryLimit.text(free) + " free";
    if (free < NO_ROOM) {
      return new Finding("disk", STOPS, found, "free some space, or use --out on another disk");
    }
    String advice = "free some space, or lower guards.keepCheckpoints: large models need more";
    return new Finding("disk", MISSING, found, advice).unless(free >= LITTLE_ROOM);
  }
}
