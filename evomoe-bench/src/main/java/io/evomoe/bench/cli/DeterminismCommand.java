package io.evomoe.bench.cli;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.StepRecord;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code evomoe bench determinism}: which settings leave the numbers of a run the same to the bit,
 * on this machine. Each run is a process of its own.
 */
@Command(
    name = "determinism",
    description = {
      "Trains one run with several settings and compares all losses bit by bit.",
      "The exit code is 1 if losses differ that must be equal."
    },
    footerHeading = OptionGroup.EXAMPLES,
    footer = "evomoe bench determinism --preset quick --steps 20",
    mixinStandardHelpOptions = true)
final class DeterminismCommand implements Callable<Integer> {
  private static final String THREADS = "OMP_NUM_THREADS";

  private static final String PORTABLE = "nd4j";

  /** Processes, of which the run that is resumed has two. */
  private static final int RUNS = 9;

  /** After half of the steps, after twice as many, and of an odd number after the last. */
  private static final int CHECKPOINTS = 3;

  @Mixin RunOptions options = new RunOptions();

  @Option(
      names = "--gate",
      defaultValue = "evomoe",
      description = "name of the gate, see evomoe gates (default: ${DEFAULT-VALUE})")
  String gate = "evomoe";

  private int started;

  @Override
  public Integer call() throws IOException, InterruptedException {
    options.config(gate, 1);
    try (ScratchFolder scratch = ScratchFolder.create("determinism")) {
      return compare(scratch.path());
    }
  }

  private int compare(Path folder) throws IOException, InterruptedException {
    List<StepRecord> reference = train(folder.resolve("reference"), Map.of(), Map.of());
    long half = reference.size() / 2;
    System.out.printf("%-34s  %-5s  %s%n", "setting", "bits", "largest difference of a loss");
    boolean kept = true;
    kept &= report("another process", true, reference, train(folder.resolve("again"), arguments()));
    kept &= report("resumed after half of the steps", true, reference, resumed(folder, half));
    kept &=
        report(
            "activations recomputed",
            true,
            reference,
            train(folder.resolve("recomputed"), options.asArguments(options.precision, true)));
    boolean anyThreads = !KernelSelection.forType(DataType.FLOAT).name().equals(PORTABLE);
    kept &=
        report(
            "1 thread",
            anyThreads,
            reference,
            train(folder.resolve("1-thread"), Map.of(), Map.of(THREADS, "1")));
    kept &=
        report(
            "2 threads",
            anyThreads,
            reference,
            train(folder.resolve("2-threads"), Map.of(), Map.of(THREADS, "2")));
    Map<String, String> portable = Map.of(KernelSelection.PROPERTY, PORTABLE);
    report(
        "portable kernels",
        false,
        reference,
        train(folder.resolve("portable"), portable, Map.of()));
    report(
        "bf16",
        false,
        reference,
        train(folder.resolve("bf16"), options.asArguments("bf16", options.recompute)));
    return kept ? 0 : Failures.FAILED;
  }

  /** What the command was told of the run. */
  private List<String> arguments() {
    return options.asArguments(options.precision, options.recompute);
  }

  private List<StepRecord> train(Path out, List<String> told)
      throws IOException, InterruptedException {
    return train(out, told, Map.of(), Map.of());
  }

  private List<StepRecord> train(
      Path out, Map<String, String> properties, Map<String, String> environment)
      throws IOException, InterruptedException {
    return train(out, arguments(), properties, environment);
  }

  private List<StepRecord> train(
      Path out, List<String> told, Map<String, String> properties, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("train", "--gate", gate, "--out", "" + out));
    arguments.addAll(told);
    return curve(out, arguments, properties, environment);
  }

  private List<StepRecord> resumed(Path folder, long half)
      throws IOException, InterruptedException {
    Path out = folder.resolve("resumed");
    long steps = Math.max(1, half);
    String every = "training.checkpointEvery=" + steps;
    List<String> told = new ArrayList<>(arguments());
    told.addAll(List.of("--set", every, "--set", "guards.keepCheckpoints=" + CHECKPOINTS));
    train(out, told);
    Path middle = out.resolve("checkpoints").resolve(CheckpointFolder.name(steps));
    return curve(out, List.of("train", "--resume", middle.toString()), Map.of(), Map.of());
  }

  private List<StepRecord> curve(
      Path out,
      List<String> arguments,
      Map<String, String> properties,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    started++;
    if (Loudness.showsProgress()) {
      System.err.printf("[%d of %d] training: %s%n", started, RUNS, out.getFileName());
    }
    Path log = out.resolveSibling(out.getFileName() + ".log");
    if (ChildProcess.start(arguments, log, properties, environment).waitFor() != 0) {
      String said = Files.readString(log).lines().reduce((a, b) -> b).orElse("nothing was said");
      throw new IllegalStateException("a run for comparison failed: " + said);
    }
    return StepFile.read(out.resolve(StepFile.NAME));
  }

  private static boolean report(
      String setting, boolean must, List<StepRecord> reference, List<StepRecord> other) {
    double largest = 0;
    for (int i = 0; i < reference.size(); i++) {
      double a = reference.get(i).trainLoss();
      double b = i < other.size() ? other.get(i).trainLoss() : Double.NaN;
      double difference = Double.compare(a, b) == 0 ? 0 : Math.abs(a - b) / Math.abs(a);
      largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
    }
    boolean same = largest == 0 && sameBits(reference, other);
    System.out.printf(
        "%-34s  %-5s  %s%n",
        setting,
        same ? "same" : must ? "DIFFER" : "differ",
        same ? "0" : "%.1e of it".formatted(largest));
    return same || !must;
  }

  private static boolean sameBits(List<StepRecord> reference, List<StepRecord> other) {
    return reference.stream()
        .map(DeterminismCommand::numbers)
        .toList()
        .equals(other.stream().map(DeterminismCommand::numbers).toList());
  }

  private static List<Object> numbers(StepRecord row) {
    return List.of(
        row.step(), row.trainLoss(), row.validLoss(), row.auxLoss(), row.activeExperts());
  }
}
