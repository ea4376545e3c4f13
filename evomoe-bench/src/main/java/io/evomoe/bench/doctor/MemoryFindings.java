package io.evomoe.bench.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.evomoe.bench.measure.ProcessMemory;
import io.evomoe.run.task.MemoryLimit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Memory, what Java may take of it, and the size of its pages. */
final class MemoryFindings {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final String LARGE_PAGES = "large pages";
  private static final String TUNABLE = "glibc.malloc.hugetlb=1";
  private static final double GIBIBYTE = 1 << 30;

  /** Below this, other programs and a run of preset {@code small} do not go together well. */
  private static final double LITTLE = 2 * GIBIBYTE;

  /** Tokenizing a large text was measured down to twice of it (docs/performance.md). */
  private static final double LITTLE_HEAP = GIBIBYTE / 4;

  private MemoryFindings() {}

  static List<Finding> here() {
    return List.of(
        memory(total(), 1024 * ProcessMemory.kibibytes(MEMORY, "MemAvailable:")),
        heap((double) Runtime.getRuntime().maxMemory()),
        pages(readPages(), System.getenv()));
  }

  private static double total() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
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
    return Finding.missing("memory", found, advice).unless(free >= LITTLE);
  }

  /**
   * What Java may take for objects; arrays of numbers lie outside of that.
   *
   * @param heap at most, {@code -Xmx}
   */
  static Finding heap(double heap) {
    String found = "up to %s (-Xmx), without tensors".formatted(MemoryLimit.text(heap));
    return Finding.missing("java heap", found, "EVOMOE_JAVA_OPTS=-Xmx1g gives more")
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
    boolean asked = environment.getOrDefault("GLIBC_TUNABLES", "").contains(TUNABLE);
    if (setting.isEmpty()) {
      return Finding.ok(LARGE_PAGES, "unknown on this system");
    }
    if (setting.contains("[never]")) {
      return Finding.slow(
          LARGE_PAGES,
          "disabled by the system",
          "as root: echo madvise > " + PAGES + " (steps are 3 to 6% faster with them)");
    }
    if (asked || setting.contains("[always]")) {
      return Finding.ok(LARGE_PAGES, "used for arrays");
    }
    return Finding.slow(
        LARGE_PAGES,
        "not enabled (steps are 3 to 6% faster with them)",
        "start with ./evomoe, or with GLIBC_TUNABLES=" + TUNABLE + " in the environment");
  }
}
