package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.GracefulStop;
import io.evomoe.bench.cli.console.MemoryGuard;
import io.evomoe.bench.cli.console.StepProgress;
import io.evomoe.bench.cli.console.WorkProgress;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.study.StudyConfig;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.PreparedData;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Callback;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe compare}: trains several gates on the same batches and sets them side by side. */
@Command(
    name = "compare",
    description = "Trains several gates on the same data and compares them.",
    footer = {
      "evomoe compare --preset quick --gates evomoe,switch,dense --out runs/first",
      "evomoe compare --task mt --seeds 1,2,3"
    })
final class CompareCommand implements Runnable {
  /** For all gates that can serve in the models of the task. */
  static final String ALL = "all";

  @Mixin RunOptions options = new RunOptions();
  @Mixin WatchOptions watch = new WatchOptions();

  @Option(
      names = "--gates",
      split = ",",
      defaultValue = "evomoe,evomoe-paper,switch,dense",
      description = "gates by name, or all that the task supports")
  List<String> gates = List.of();

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1",
      description = "seeds; every gate is trained with each")
  List<Long> seeds = List.of();

  @Option(
      names = "--out",
      description =
          "folder for report.html, curves.csv and result.json; finished runs in it are not trained again, and interrupted ones continue (default: runs/compare-TASK-PRESET)")
  @Nullable Path out;

  @Option(
      names = "--keep-models",
      paramLabel = "WHICH",
      description =
          "models of finished runs to keep in OUT/runs/GATE-SEED: best (lowest validation loss), all or none")
  KeepModels keepModels = KeepModels.BEST;

  @Spec CommandSpec spec = CommandSpec.create();

  private final PrintStream console = System.out;

  @Override
  public void run() {
    watch.requireValid();
    String name = "compare-%s-%s".formatted(options.task, options.preset());
    try (GracefulStop stop = new GracefulStop(() -> "nothing new was saved");
        OutputFolder output = DefaultFolders.open(out, name)) {
      RunFiles.requireUnused(output.path());
      AutoSettings auto = options.takeAuto(Set.of());
      auto.rejectBatch("compare, whose runs must stay the same when it is continued");
      List<RunConfig> asked = configs();
      try (PreparedData prepared =
          WorkProgress.watching(
              progress ->
                  PreparedData.read(options.dataPaths(), asked.get(0), output.path(), progress))) {
        List<RunConfig> configs = new ArrayList<>();
        for (RunConfig config : asked) {
          configs.add(auto.apply(config, prepared.data()));
          auto.lines().forEach(line -> Description.say(console, name(config) + ": " + line));
        }
        compare(configs, prepared, output.path(), stop);
      }
    }
  }

  private void compare(
      List<RunConfig> configs, PreparedData prepared, Path folder, GracefulStop stop) {
    MemoryLimit limit = options.memoryLimit();
    configs.forEach(config -> limit.requireRoomFor(prepared.data(), config));
    stop.begin();
    prepared.saveTokenizer(folder);
    Description.say(console, prepared.data().description());
    console.printf("Results are written to %s%n", folder);
    List<Path> data = options.dataPaths();
    String title = "EvoMoE comparison: %s, preset %s".formatted(options.task, options.preset());
    ReportData report = Description.report(title, configs.get(0), prepared.data(), data);
    List<ComparedRun> plan = new ArrayList<>();
    for (RunConfig config : configs) {
      String name = config.gate() + "-" + config.seed();
      plan.add(new ComparedRun(folder, name, config, data, prepared.content()));
    }
    // Before their rows are left out of the curves.
    plan.forEach(ComparedRun::requireOwn);
    List<ComparedRun> before = plan.stream().filter(ComparedRun::hasModel).toList();
    String goOn = CommandText.again(spec, folder);
    List<Outcome> outcomes = new ArrayList<>();
    List<ComparedRun> over = new ArrayList<>();
    try (MemoryGuard memory = new MemoryGuard(limit);
        LiveReport page = watch.page(folder, report, prepared.data().metricName());
        CurveFile curves =
            CurveFile.shared(
                folder.resolve(CurveFile.NAME), plan.stream().map(ComparedRun::earlier).toList())) {
      for (ComparedRun run : plan) {
        if (stop.isStopped()) {
          break;
        }
        // Until it is made, a signal need not wait for it.
        stop.pause("all runs so far are saved; continue with: " + goOn);
        int number = outcomes.size() + 1;
        page.begin("", plan.size() == 1 ? "" : "run %d of %d".formatted(number, plan.size()));
        String name = name(run.config());
        StepProgress progress = new StepProgress(name, console);
        Callback[] told = watch.callbacks(run.folder(), page, curves, stop, memory, progress);
        Outcome outcome = run.train(name, prepared, console, told);
        stop.begin();
        if (run.isFinished()) {
          over.add(run);
          keepModels.settle(over);
        }
        outcomes.add(outcome);
        RunResult.write(
            folder.resolve(RunResult.FILE), outcomes.stream().map(Outcome::result).toList());
        page.add(outcome);
        page.settle();
        memory.requireWithin();
      }
    }
    Description.print(console, outcomes, Description.heldOut(prepared.data(), configs.get(0)));
    for (int i = 0; i < outcomes.size(); i++) {
      RunConfig config = plan.get(i).config();
      Description.printEnd(console, name(config) + ": ", config, outcomes.get(i).result());
    }
    console.printf("Charts: %s%n", folder.resolve(HtmlReport.NAME));
    for (ComparedRun run : before) {
      if (!run.hasModel()) {
        String name = String.valueOf(run.folder().getFileName());
        console.printf("Deleted the model of %s: --keep-models is %s%n", name, keepModels);
      }
    }
    printModels(over);
    if (stop.isStopped() && over.size() < plan.size()) {
      console.printf("Stopped and saved; continue with: %s%n", goOn);
    }
  }

  /** What there is to go on with. */
  private void printModels(List<ComparedRun> over) {
    if (keepModels == KeepModels.NONE || over.isEmpty()) {
      return;
    }
    ComparedRun best = KeepModels.best(over);
    console.printf(
        "Model (lowest validation loss, %.4f): %s%n",
        best.validLoss(), best.hasModel() ? best.folder() : best.missingModel());
    if (keepModels == KeepModels.ALL) {
      over.stream()
          .filter(run -> !run.hasModel() && run != best)
          .forEach(run -> console.println("No model: " + run.missingModel()));
    }
  }

  private List<RunConfig> configs() {
    List<String> names = gateNames(gates, Tasks.named(options.task).causal(), console);
    List<RunConfig> configs = new ArrayList<>();
    for (long seed : StudyConfig.once("seeds", seeds)) {
      for (String gate : names) {
        configs.add(options.config(gate, seed));
      }
    }
    return configs;
  }

  private String name(RunConfig config) {
    return config.gate() + (seeds.size() == 1 ? "" : " seed " + config.seed());
  }

  /**
   * The gates' names.
   *
   * @param written as on the command line
   * @param causal whether the task's models are
   * @param console is told which gates {@code all} leaves out, and why
   */
  static List<String> gateNames(List<String> written, boolean causal, PrintStream console) {
    List<String> asked = written.stream().map(String::strip).toList();
    if (!asked.equals(List.of(ALL))) {
      asked.forEach(GateProvider::named);
      return StudyConfig.once("gates", asked);
    }
    List<String> names = new ArrayList<>();
    for (GateProvider gate : GateProvider.installed()) {
      Optional<String> refusal = gate.refusal(causal);
      if (refusal.isPresent()) {
        console.printf("Left out: gate %s %s%n", gate.name(), refusal.get());
      } else {
        names.add(gate.name());
      }
    }
    return names;
  }

  /** Which runs of a comparison keep their models once they are finished. */
  enum KeepModels {
    /** The one with the lowest validation loss; of equal ones the first. */
    BEST,
    /** Each. */
    ALL,
    /** None. */
    NONE;

    /**
     * The run with the lowest validation loss.
     *
     * @param runs at least one, all finished
     */
    static ComparedRun best(List<ComparedRun> runs) {
      return runs.stream().min(Comparator.comparingDouble(ComparedRun::validLoss)).orElseThrow();
    }

    /**
     * Drops the models that are not to stay; called after each run, so that few are there at once.
     *
     * @param runs at least one, all finished
     */
    void settle(List<ComparedRun> runs) {
      ComparedRun best = best(runs);
      runs.stream()
          .filter(run -> this == NONE || (this == BEST && run != best))
          .forEach(ComparedRun::dropModel);
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
