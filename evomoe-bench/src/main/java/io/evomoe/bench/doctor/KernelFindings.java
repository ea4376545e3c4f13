package io.evomoe.bench.doctor;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelReport;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.NvidiaCard;
import java.util.List;
import java.util.stream.Collectors;

/** What computes: kernels, the instructions they use, bfloat16, and GPUs. */
final class KernelFindings {
  private static final String KERNELS = "kernels";
  private static final String BFLOAT16 = "bfloat16";
  private static final String GPU = "gpu";
  private static final String PORTABLE = "nd4j";

  /** By which oneDNN is kept from instructions that the processor has. */
  private static final List<String> LIMITS = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

  private KernelFindings() {}

  static List<Finding> here() {
    List<NvidiaCard> cards = NvidiaCard.installed();
    Device.Kind build = KernelSelection.buildIsFor();
    try {
      KernelReport report = KernelSelection.report();
      List<String> limits = LIMITS.stream().filter(limit -> System.getenv(limit) != null).toList();
      return List.of(kernels(report, limits), bfloat16(report), gpu(cards, build, report.device()));
    } catch (IllegalArgumentException | IllegalStateException | LinkageError e) {
      return List.of(unusable(e), gpu(cards, build, Device.CPU));
    }
  }

  private static Finding unusable(Throwable e) {
    String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return Finding.stops(
        KERNELS, "none: " + why, "see docs/gpu.md, and unset EVOMOE_KERNELS if it is set");
  }

  /**
   * Those that are used.
   *
   * @param limits variables that keep oneDNN from instructions, as far as they are set
   */
  static Finding kernels(KernelReport report, List<String> limits) {
    String found =
        "%s on %s%s"
            .formatted(
                report.kernels(),
                report.device(),
                report.instructions().isEmpty() ? "" : ", instructions " + report.instructions());
    if (report.device().kind() == Device.Kind.CPU && report.kernels().equals(PORTABLE)) {
      String why =
          report.passedOver().isEmpty() ? "" : " (" + String.join("; ", report.passedOver()) + ")";
      return Finding.slow(
          KERNELS, found + why, "the onednn kernels are many times faster" + unset());
    }
    if (!limits.isEmpty()) {
      return Finding.slow(
          KERNELS, found, "unset " + String.join(", ", limits) + ": it limits oneDNN");
    }
    return Finding.ok(KERNELS, found);
  }

  private static String unset() {
    return System.getProperty(KernelSelection.PROPERTY) == null
        ? ": on x86-64, with the jars of org.bytedeco:dnnl for this platform"
        : ": unset EVOMOE_KERNELS, or -D" + KernelSelection.PROPERTY;
  }

  static Finding bfloat16(KernelReport report) {
    return report
        .bf16Refusal()
        .map(
            why ->
                Finding.missing(
                    BFLOAT16,
                    "none: " + why,
                    "do not use --precision bf16: it computes in f32 here"))
        .orElseGet(() -> Finding.ok(BFLOAT16, "--precision bf16 can be used"));
  }

  /**
   * Cards, and whether this build computes on them.
   *
   * @param build what ND4J computes on in it
   * @param used by the kernels; the CPU where there are none
   */
  static Finding gpu(List<NvidiaCard> cards, Device.Kind build, Device used) {
    String names = cards.stream().map(NvidiaCard::toString).collect(Collectors.joining(", "));
    boolean runs = cards.stream().anyMatch(NvidiaCard::runsNd4j);
    if (used.kind() == Device.Kind.CUDA) {
      return Finding.ok(GPU, names + ", computes on " + used);
    }
    if (build == Device.Kind.CUDA) {
      return runs
          ? Finding.stops(
              GPU, names + ", which this build cannot use", "see the line of the kernels")
          : Finding.stops(
              GPU,
              (names.isEmpty() ? "none listed by nvidia-smi" : names)
                  + ", and this build needs a GPU of compute capability 3.7 to 8.9",
              "build for the CPU: ./mvnw -DskipTests package");
    }
    if (cards.isEmpty()) {
      return Finding.ok(GPU, "none listed by nvidia-smi; this build computes on the CPU");
    }
    return Finding.missing(
        GPU,
        names + ", and this build computes on the CPU",
        runs
            ? "./mvnw -Pcuda -DskipTests package builds for it, with CUDA 11.6 installed: docs/gpu.md"
            : "ND4J's CUDA 11.6 does not support it: docs/gpu.md");
  }
}
