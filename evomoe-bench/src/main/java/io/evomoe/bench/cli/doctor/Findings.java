package io.evomoe.bench.cli.doctor;

import static io.evomoe.bench.cli.doctor.Finding.State.MISSING;
import static io.evomoe.bench.cli.doctor.Finding.State.SLOW;
import static io.evomoe.bench.cli.doctor.Finding.State.STOPS;

import com.sun.management.OperatingSystemMXBean;
import io.evomoe.bench.cli.console.ProcessMemory;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.natives.NativeFolders;
import io.evomoe.internal.natives.NvidiaCard;
import io.evomoe.internal.threads.Workers;
import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.KernelSelection.KernelReport;
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

/** Java, processors and their load, kernels, GPUs, memory, and the folders of a run. */
final class Findings {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final String TUNABLE = "glibc.malloc.hugetlb=1";

  /** By which oneDNN is kept from instructions that the processor has. */
  private static final List<String> LIMITS = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

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

  private Findings() {}

  /**
   * All of this machine.
   *
   * @param data folders of each task's data, by the task's name
   * @param results folder below which runs are to be written; need not exist
   */
  static List<Finding> here(Map<String, List<Path>> data, Path results) {
    int processors = Runtime.getRuntime().availableProcessors();
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    double available = 1024 * ProcessMemory.kibibytes(MEMORY, "MemAvailable:");
    Path home = Path.of(System.getProperty("user.home", ""));
    List<Finding> all = new ArrayList<>();
    all.add(java());
    all.add(threads(processors));
    all.add(waiting(System.getenv()));
    all.add(load(system.getSystemLoadAverage(), processors));
    all.addAll(kernels());
    all.add(memory((double) system.getTotalMemorySize(), available));
    all.add(heap((double) Runtime.getRuntime().maxMemory()));
    all.add(pages(readPages(), System.getenv()));
    all.add(data(data));
    all.add(nativeCode(NativeFolders.root(), home));
    all.addAll(results(results));
    return all;
  }

  private static Finding java() {
    String vendor = System.getProperty("java.vendor", "unknown vendor");
    String home = System.getProperty("java.home", "");
    return Finding.ok("java", "%s, %s (%s)".formatted(Runtime.version(), vendor, home));
  }

  private static Finding threads(int processors) {
    try {
      return threads(processors, Workers.shared().threads());
    } catch (IllegalArgumentException e) {
      return failed("threads", e, "unset it: the default is one thread for each processor");
    }
  }

  private static Finding failed(String name, Throwable e, String advice) {
    String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new Finding(name, STOPS, "none: " + why, advice);
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
    boolean sleep =
        environment.containsKey("GOMP_SPINCOUNT") || environment.containsKey("OMP_WAIT_POLICY");
    String found =
        sleep
            ? "sleep soon"
            : "spin for a long time, which slows other processes on the same cores";
    String advice = "start with ./evomoe, or with GOMP_SPINCOUNT=1000 in the environment";
    return new Finding("waiting threads", SLOW, found, advice).unless(sleep);
  }

  /**
   * Other work.
   *
   * @param load threads that compute or want to, over the last minute; negative if unknown
   */
  static Finding load(double load, int processors) {
    String found = "%.1f of %d processors in the last minute".formatted(load, processors);
    String advice = "close other programs: they slow down training and distort measured times";
    return load < 0
        ? Finding.ok("load", "unknown on this system")
        : new Finding("load", SLOW, found, advice).unless(load < BUSY * processors);
  }

  private static List<Finding> kernels() {
    List<NvidiaCard> cards = NvidiaCard.installed();
    Device.Kind build = KernelSelection.buildIsFor();
    try {
      KernelReport report = KernelSelection.report();
      List<String> limits = LIMITS.stream().filter(limit -> System.getenv(limit) != null).toList();
      return List.of(kernels(report, limits), bfloat16(report), gpu(cards, build, report.device()));
    } catch (IllegalArgumentException | IllegalStateException | LinkageError e) {
      String advice = "see docs/gpu.md, and unset EVOMOE_KERNELS if it is set";
      return List.of(failed("kernels", e, advice), gpu(cards, build, Device.CPU));
    }
  }

  /**
   * Those that are used.
   *
   * @param limits variables that keep oneDNN from instructions, as far as they are set
   */
  static Finding kernels(KernelReport report, List<String> limits) {
    String found = report.kernels() + " on " + report.device();
    if (report.device().kind() == Device.Kind.CPU && report.kernels().equals("nd4j")) {
      String advice =
          "the onednn kernels are many times faster: unset EVOMOE_KERNELS and -Devomoe.kernels; they need x86-64 and the jars of org.bytedeco:dnnl for this platform";
      return new Finding(
          "kernels", SLOW, found + " " + String.join("; ", report.passedOver()), advice);
    }
    String instructions = report.instructions();
    String used = instructions.isEmpty() ? found : found + ", instructions " + instructions;
    String advice = "unset " + String.join(", ", limits) + ": it limits oneDNN";
    return new Finding("kernels", SLOW, used, advice).unless(limits.isEmpty());
  }

  static Finding bfloat16(KernelReport report) {
    String advice = "do not use --precision bf16: it computes in f32 here";
    return report
        .bf16Refusal()
        .map(why -> new Finding("bfloat16", MISSING, "none: " + why, advice))
        .orElseGet(() -> Finding.ok("bfloat16", "--precision bf16 can be used"));
  }

  /**
   * Cards, and whether this build computes on them.
   *
   * @param build what ND4J computes on in it
   * @param used by the kernels; the CPU where there are none
   */
  static Finding gpu(List<NvidiaCard> cards, Device.Kind build, Device used) {
    String names = cards.stream().map(NvidiaCard::toString).collect(Collectors.joining(", "));
    String listed = cards.isEmpty() ? "none listed by nvidia-smi" : names;
    boolean runs = cards.stream().anyMatch(NvidiaCard::runsNd4j);
    if (used.kind() == Device.Kind.CUDA) {
      return Finding.ok("gpu", names + ", computes on " + used);
    }
    if (build == Device.Kind.CUDA) {
      String needs =
          runs
              ? ", which this build cannot use"
              : ", and this build needs a GPU of compute capability 3.7 to 8.9";
      String advice =
          runs ? "see the line of the kernels" : "build for the CPU: ./mvnw -DskipTests package";
      return new Finding("gpu", STOPS, listed + needs, advice);
    }
    String advice =
        runs
            ? "./mvnw -Pcuda -DskipTests package builds for it, with CUDA 11.6 installed: docs/gpu.md"
            : "ND4J's CUDA 11.6 does not support it: docs/gpu.md";
    return new Finding("gpu", MISSING, listed + "; this build computes on the CPU", advice)
        .unless(cards.isEmpty());
  }

  /**
   * Of the machine or the container.
   *
   * @param available without swapping, of the machine; NaN where the system does not tell
   */
  static Finding memory(double total, double available) {
    double free = Double.isNaN(available) ? total : Math.min(total, available);
    String known = Double.isNaN(available) ? "" : ", %s are free".formatted(MemoryLimit.text(free));
    String found = MemoryLimit.text(total) + known;
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
    boolean never = setting.contains("[never]");
    boolean asked = environment.getOrDefault("GLIBC_TUNABLES", "").contains(TUNABLE);
    boolean used = setting.contains("[always]") || (asked && !never);
    String found = used ? "used for arrays" : "not used (steps are 3 to 6% faster with them)";
    String advice =
        never
            ? "as root: echo madvise > " + PAGES
            : "start with ./evomoe, or with GLIBC_TUNABLES=" + TUNABLE + " in the environment";
    return new Finding("large pages", SLOW, found, advice).unless(used);
  }

  static Finding data(Map<String, List<Path>> data) {
    String absent =
        data.entrySet().stream()
            .filter(task -> !task.getValue().stream().allMatch(Files::isReadable))
            .map(Map.Entry::getKey)
            .sorted()
            .collect(Collectors.joining(", "));
    Stream<String> folders = data.values().stream().flatMap(List::stream).map(Path::toString);
    String found =
        absent.isEmpty()
            ? folders.sorted().distinct().collect(Collectors.joining(", "))
            : "none for task " + absent;
    String advice = "use --data, or start ./evomoe in the project's folder";
    return new Finding("data", MISSING, found, advice).unless(absent.isEmpty());
  }

  /**
   * Where native code is unpacked to.
   *
   * @param home of the user, whose folder stays from one process to the next
   */
  static Finding nativeCode(Path folder, Path home) {
    boolean stays = folder.startsWith(home);
    String found = (stays ? "" : "unpacked by every process, to ") + folder;
    String advice = "use a home folder that only you can write to, or -Duser.home=DIR";
    return new Finding("native code", SLOW, found, advice).unless(stays);
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
    String advice = "free some space, or use --out on another disk; large models need more";
    return new Finding(
            "disk", free < NO_ROOM ? STOPS : MISSING, MemoryLimit.text(free) + " free", advice)
        .unless(free >= LITTLE_ROOM);
  }
}
