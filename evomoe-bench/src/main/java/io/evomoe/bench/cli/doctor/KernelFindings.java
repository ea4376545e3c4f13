package io.evomoe.bench.cli.doctor;

import static io.evomoe.bench.cli.doctor.Finding.State.MISSING;
import static io.evomoe.bench.cli.doctor.Finding.State.SLOW;
import static io.evomoe.bench.cli.doctor.Finding.State.STOPS;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.KernelSelection.KernelReport;
import io.evomoe.kernel.NvidiaCard;
import java.util.List;
import java.util.stream.Collectors;

/** What computes: kernels, the instructions they use, bfloat16, and GPUs. */
final class KernelFindings {
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
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      String advice = "see docs/gpu.md, and unset EVOMOE_KERNELS if it is set";
      Finding unusable = new Finding("kernels", STOPS, "none: " + why, advice);
      return List.of(unusable, gpu(cards, build, Device.CPU));
    }
  }

  /**
   * Those that are used.
   *
   * @param limits variables that keep oneDNN from instructions, as far as they are set
   */
  static Finding kernels(KernelReport report, List<String> limits) {
    String instructions = report.instructions();
    String found =
        "%s on %s%s"
            .formatted(
                report.kernels(),
                report.device(),
                instructions.isEmpty() ? "" : ", instructions " + instructions);
    if (report.device().kind() == Device.Kind.CPU && report.kernels().equals("nd4j")) {
      List<String> others = report.passedOver();
      String why = others.isEmpty() ? "" : " (" + String.join("; ", others) + ")";
      String advice = "the onednn kernels are many times faster: ";
      boolean asked = System.getProperty(KernelSelection.PROPERTY) != null;
      return new Finding(
          "kernels",
          SLOW,
          found + why,
          advice
              + (asked
                  ? "unset EVOMOE_KERNELS, or -D" + KernelSelection.PROPERTY
                  : "on x86-64, with the jars of org.bytedeco:dnnl for this platform"));
    }
    String advice = "unset " + String.join(", ", limits) + ": it limits oneDNN";
    return new Finding("kernels", SLOW, found, advice).unless(limits.isEmpty());
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
    boolean runs = cards.stream().anyMatch(NvidiaCard::runsNd4j);
    if (used.kind() == Device.Kind.CUDA) {
      return Finding.ok("gpu", names + ", computes on " + used);
    }
    if (build == Device.Kind.CUDA && runs) {
      String found = names + ", which this build cannot use";
      return new Finding("gpu", STOPS, found, "see the line of the kernels");
    }
    String listed = cards.isEmpty() ? "none listed by nvidia-smi" : names;
    if (build == Device.Kind.CUDA) {
      String found = listed + ", and this build needs a GPU of compute capability 3.7 to 8.9";
      return new Finding("gpu", STOPS, found, "build for the CPU: ./mvnw -DskipTests package");
    }
    if (cards.isEmpty()) {
      return Finding.ok("gpu", listed + "; this build computes on the CPU");
    }
    String advice =
        runs
            ? "./mvnw -Pcuda -DskipTests package builds for it, with CUDA 11.6 installed: docs/gpu.md"
            : "ND4J's CUDA 11.6 does not support it: docs/gpu.md";
    return new Finding("gpu", MISSING, names + ", and this build computes on the CPU", advice);
  }
}
