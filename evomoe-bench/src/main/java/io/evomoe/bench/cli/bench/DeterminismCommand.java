package io.evomoe.bench.cli.bench;

import io.evomoe.bench.cli.RunOptions;
import io.evomoe.bench.cli.console.ChildProcess;
import io.evomoe.bench.cli.console.Failures;
import io.evomoe.bench.cli.console.Verbosity;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
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
  private static final String RESUMED = "resumed after half of the steps";

  private static final String PORTABLE = "nd4j";

  /** Processes, of which the run that is resumed has two. */
  private static final int RUNS = 9;

  /** After half of the steps, after twice as many, and of an odd number after the last. */
  private static final int CHECKPOINTS = 3;

  @Mixin RunOptions options = new RunOptions();

  @Option(names = "--gate", description = "a gate, see evomoe gates")
  String gate = "evomoe";

  private int started;

  /**
   * How a run differs from the reference.
   *
   * @param must whether its losses must be the same
   * @param fields of the configuration, by dotted name
   * @param properties of Java
   * @param environment variables
   */
  private record Setting(
      String name,
      boolean must,
      Map<String, String> fields,
      Map<String, String> properties,
      Map<String, String> environment) {
    static Setting of(String name, boolean must, Map<String, String> fields) {
      return new Setting(name, must, fields, Map.of(), Map.of());
    }

    static Setting threads(int threads, boolean must) {
      Map<String, String> environment = Map.of("OMP_NUM_THREADS", "" + threads);
      String name = threads + (threads == 1 ? " thread" : " threads");
      return new Setting(name, must, Map.of(), Map.of(), environment);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RunConfig config = options.config(gate, 1);
    try (ScratchFolder scratch = ScratchFolder.create("determinism")) {
      return compare(config, scratch.path());
    }
  }

  private int compare(RunConfig config, Path folder) throws IOException, InterruptedException {
    boolean anyThreads = !KernelSelection.forType(DataType.FLOAT).name().equals(PORTABLE);
    Map<String, String> portable = Map.of(KernelSelection.PROPERTY, PORTABLE);
    List<Setting> settings =
        List.of(
            Setting.of("another process", true, Map.of()),
            Setting.of(RESUMED, true, Map.of()),
            Setting.of("activations recomputed", true, Map.of("compute.recompute", "true")),
            Setting.threads(1, anyThreads),
            Setting.threads(2, anyThreads),
            new Setting("portable kernels", false, Map.of(), portable, Map.of()),
            Setting.of("bf16", false, Map.of("compute.precision", "bf16")));
    List<StepRecord> reference = train(config, folder, Setting.of("reference", true, Map.of()));
    System.out.printf("%-34s  %-5s  %s%n", "setting", "bits", "largest difference of a loss");
    boolean kept = true;
    for (Setting setting : settings) {
      List<StepRecord> other =
          setting.name().equals(RESUMED)
              ? resumed(config, folder, setting, reference.size())
              : train(config, folder, setting);
      kept &= report(setting, reference, other);
    }
    return kept ? 0 : Failures.FAILED;
  }

  private List<StepRecord> train(RunConfig config, Path folder, Setting setting)
      throws IOException, InterruptedException {
    Path out = folder.resolve(setting.name().replace(' ', '-'));
    Path file = out.resolveSibling(out.getFileName() + ".yaml");
    ConfigFile.write(file, ConfigFile.set(config, setting.fields()));
    List<String> arguments = new ArrayList<>(List.of("train", "--config", "" + file));
    arguments.addAll(List.of("--task", config.task(), "--gate", config.gate()));
    arguments.addAll(List.of("--preset", options.preset(), "--out", "" + out));
    options.dataPaths().forEach(data -> arguments.addAll(List.of("--data", "" + data)));
    return curve(out, arguments, setting);
  }

  private List<StepRecord> resumed(RunConfig config, Path folder, Setting setting, long steps)
      throws IOException, InterruptedException {
    long half = Math.max(1, steps / 2);
    Map<String, String> saving =
        Map.of("training.checkpointEvery", "" + half, "guards.keepCheckpoints", "" + CHECKPOINTS);
    train(config, folder, Setting.of("resumed", true, saving));
    Path out = folder.resolve("resumed");
    Path middle = out.resolve("checkpoints").resolve(CheckpointFolder.name(half));
    return curve(out, List.of("train", "--resume", "" + middle), setting);
  }

  private List<StepRecord> curve(Path out, List<String> arguments, Setting setting)
      throws IOException, InterruptedException {
    started++;
    if (Verbosity.showsProgress()) {
      System.err.printf("[%d of %d] training: %s%n", started, RUNS, out.getFileName());
    }
    Path log = out.resolveSibling(out.getFileName() + ".log");
    Process run = ChildProcess.start(arguments, log, setting.properties(), setting.environment());
    if (run.waitFor() != 0) {
      String said = Files.readString(log).lines().reduce((a, b) -> b).orElse("nothing was said");
      throw new IllegalStateException("a run for comparison failed: " + said);
    }
    return StepFile.read(out.resolve(StepFile.NAME));
  }

  private static boolean report(
      Setting setting, List<StepRecord> reference, List<StepRecord> other) {
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
        setting.name(),
        same ? "same" : setting.must() ? "DIFFER" : "differ",
        same ? "0" : "%.1e of it".formatted(largest));
    return same || !setting.must();
  }

  private static List<Object> numbers(StepRecord row) {
    return List.of(
        row.step(), row.trainLoss(), row.validLoss(), row.auxLoss(), row.activeExperts());
  }
}
