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
    footer = "evomoe bench determinism --preset quick --steps 20")
final class DeterminismCommand implements Callable<Integer> {
  private static final String THREADS = "OMP_NUM_THREADS";

  private static final String PORTABLE = "nd4j";

  /** Processes, of which the run that is resumed has two. */
  private static final int RUNS = 9;

  /** After half of the steps, after twice as many, and of an odd number after the last. */
  private static final int CHECKPOINTS = 3;

  @Mixin RunOptions options = new RunOptions();

  @Option(names = "--gate", defaultValue = "evomoe", description = "a gate, see evomoe gates")
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
    List<StepRecord> reference = train(folder.resolve("reference"), Map.of());
    System.out.printf("%-34s  %-5s  %s%n", "setting", "bits", "largest difference of a loss");
    boolean anyThreads = !KernelSelection.forType(DataType.FLOAT).name().equals(PORTABLE);
    boolean kept =
        report("another process", true, reference, train(folder.resolve("again"), Map.of()));
    kept &= report("resumed after half of the steps", true, reference, resumed(folder, reference));
    Path recomputed = folder.resolve("recomputed");
    List<StepRecord> again = train(recomputed, Map.of("compute.recompute", "true"));
    kept &= report("activations recomputed", true, reference, again);
    for (String threads : List.of("1 thread", "2 threads")) {
      Path out = folder.resolve(threads.replace(' ', '-'));
      Map<String, String> environment = Map.of(THREADS, threads.substring(0, 1));
      kept &= report(threads, anyThreads, reference, train(out, Map.of(), Map.of(), environment));
    }
    Map<String, String> properties = Map.of(KernelSelection.PROPERTY, PORTABLE);
    List<StepRecord> portable = train(folder.resolve("portable"), Map.of(), properties, Map.of());
    report("portable kernels", false, reference, portable);
    List<StepRecord> half = train(folder.resolve("bf16"), Map.of("compute.precision", "bf16"));
    report("bf16", false, reference, half);
    return kept ? 0 : Failures.FAILED;
  }

  private List<StepRecord> train(Path out, Map<String, String> fields)
      throws IOException, InterruptedException {
    return train(out, fields, Map.of(), Map.of());
  }

  /** With these fields in place of what the command was told of them. */
  private List<StepRecord> train(
      Path out,
      Map<String, String> fields,
      Map<String, String> properties,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("train", "--out", out.toString()));
    arguments.addAll(options.arguments(fields));
    return curve(out, arguments, properties, environment);
  }

  private List<StepRecord> resumed(Path folder, List<StepRecord> reference)
      throws IOException, InterruptedException {
    Path out = folder.resolve("resumed");
    long half = Math.max(1, reference.size() / 2);
    train(
        out,
        Map.of("training.checkpointEvery", "" + half, "guards.keepCheckpoints", "" + CHECKPOINTS));
    Path middle = out.resolve("checkpoints").resolve(CheckpointFolder.name(half));
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
    boolean same = reference.size() == other.size();
    for (int i = 0; i < reference.size(); i++) {
      double a = reference.get(i).trainLoss();
      double b = i < other.size() ? other.get(i).trainLoss() : Double.NaN;
      double difference = Double.compare(a, b) == 0 ? 0 : Math.abs(a - b) / Math.abs(a);
      largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
      same &= i < other.size() && numbers(reference.get(i)).equals(numbers(other.get(i)));
    }
    System.out.printf(
        "%-34s  %-5s  %s%n",
        setting,
        same ? "same" : must ? "DIFFER" : "differ",
        same ? "0" : "%.1e of it".formatted(largest));
    return same || !must;
  }

  private static List<Object> numbers(StepRecord row) {
    return List.of(
        row.step(), row.trainLoss(), row.validLoss(), row.auxLoss(), row.activeExperts());
  }
}
