package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.GracefulStop;
import io.evomoe.bench.cli.console.MemoryGuard;
import io.evomoe.bench.cli.console.StepProgress;
import io.evomoe.bench.cli.console.Verbosity;
import io.evomoe.bench.cli.console.WorkProgress;
import io.evomoe.bench.cluster.ClusterRequest;
import io.evomoe.bench.cluster.ClusterTraining;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.nn.LoraConfig;
import io.evomoe.run.Run;
import io.evomoe.run.RunBuilder;
import io.evomoe.run.RunOpening;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe train}: one run with checkpoints, or the continuation of one. */
@Command(
    name = "train",
    description = "Trains one model and saves checkpoints, or continues a run.",
    footer = {"evomoe train --data my-text.txt --out runs/mine", "evomoe train --resume runs/mine"})
final class TrainCommand implements Runnable {
  /** Of --set and the options that are fields, the checkpoint says whether they may change. */
  private static final String USED_IN_RESUMING =
      "--resume --set --steps --keep-best --patience --learning-rate --batch --precision --recompute --tensorboard"
          + " --report-every --quiet --verbose";

  @Mixin RunOptions options = new RunOptions();
  @Mixin WatchOptions watch = new WatchOptions();
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Mixin
  FieldOptions part =
      new FieldOptions(TrainingConfig.class, "--train-only --freeze --train-experts");

  @Mixin FieldOptions lora = new FieldOptions(LoraConfig.class, "--lora-rank=rank");

  @Option(names = "--gate", description = "name of the gate, see evomoe gates")
  String gate = "evomoe";

  @Option(names = "--seed", description = "seed of weights, batches and dropout")
  long seed = 1;

  @Option(names = "--out", description = "run folder (default: runs/train-TASK-GATE-PRESET)")
  @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description =
          "run folder, or one checkpoint in it, to continue with the configuration it has")
  @Nullable Path resume;

  @Option(
      names = "--init",
      paramLabel = "RUN",
      description =
          "folder of a dense run, trained or imported, to start from; experts are spawned before the first step, and an imported run needs --data")
  @Nullable Path init;

  @Option(
      names = "--from",
      paramLabel = "RUN",
      description =
          "run folder, or one checkpoint in it, to start a new run from: takes its weights, experts, tokenizer and data, and its settings unless an option changes them; steps start at 1, phases continue")
  @Nullable Path from;

  @Option(names = "--with-moments", description = "with --from: also take the optimizer's moments")
  boolean withMoments;

  @Option(
      names = "--decay-steps",
      paramLabel = "N",
      description =
          "with --from, a run at its highest learning rate: take its moments too and decay the rate in N steps, as the end of schedule wsd")
  @Nullable Long decaySteps;

  @Spec CommandSpec spec = CommandSpec.create();

  private final PrintStream console = System.out;
  private volatile @Nullable Path clusterFolder;
  private List<String> texts = List.of();
  private AutoSettings auto = new AutoSettings(Set.of(), field -> true, MemoryLimit.ofMachine());

  @Override
  public void run() {
    watch.requireValid();
    options.add(part);
    options.add(lora);
    if (!cluster.asked()) {
      cluster.requireUnused();
    }
    requireOneStart();
    if (resume == null && !cluster.asked()) {
      boolean plain = init == null && from == null && options.isPlainOwnText();
      auto = options.takeAuto(plain ? Set.of(AutoSettings.STEPS) : Set.of());
      if (init != null || from != null) {
        auto.rejectLearningRate("--from and --init, which start with trained weights");
      }
    }
    if (resume != null) {
      rejectAllBeside(
          USED_IN_RESUMING
              + (cluster.asked() ? " --spark --workers --spark-conf" : " --data --max-memory"));
    }
    try (GracefulStop stop = new GracefulStop(this::saved);
        OutputFolder folder = output()) {
      if (cluster.asked()) {
        trainOnCluster(folder, stop);
      } else {
        try (Run<?> run = open(folder)) {
          train(run, stop);
        }
      }
    }
  }

  /** What is saved while a step is not waited for; finished rounds are. */
  private String saved() {
    Path folder = clusterFolder;
    if (folder != null
        && CheckpointFolder.latest(folder.resolve(RunFiles.CHECKPOINTS)).isPresent()) {
      return "finished rounds are saved; continue with: "
          + CommandText.of("train", "--spark", String.valueOf(cluster.master), "--resume", folder);
    }
    return cluster.asked() || resume == null ? "nothing was saved" : "the run was not changed";
  }

  private void requireOneStart() {
    if (from == null) {
      CommandText.reject(spec, "needs --from", "--with-moments", "--decay-steps");
      return;
    }
    if (decaySteps != null) {
      CommandText.reject(spec, "cannot be given with --decay-steps", "--steps");
    }
    CommandText.reject(spec, "cannot be given with --from", "--resume", "--init", "--spark");
    CommandText.reject(
        spec, "cannot be given with --from, which uses the settings of that run", "--preset");
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private Run<?> open(OutputFolder folder) {
    if (resume != null) {
      RunOpening opening = Run.opening(resume).data(DataOptions.once(options.data)).output(folder);
      options.fields().forEach(opening::set);
      return opening.open();
    }
    RunBuilder<?> builder = builder();
    builder.completed(auto);
    return WorkProgress.watching(progress -> builder.progress(progress).in(folder));
  }

  private RunBuilder<?> builder() {
    if (init != null) {
      return startingAt(init, Run.upcycling(init).preset(options.preset()));
    }
    if (from == null) {
      return Run.of(options.config(gate, seed), options.dataPaths());
    }
    RunBuilder<?> earlier = withMoments ? Run.from(from).withMoments() : Run.from(from);
    return startingAt(from, decaySteps == null ? earlier : earlier.decay(decaySteps));
  }

  private void trainOnCluster(OutputFolder folder, GracefulStop stop) {
    CommandText.reject(spec, "cannot be given with --spark", "--init", "--max-memory");
    clusterFolder = folder.path();
    Path file = folder.path().resolve(RunFiles.CONFIG);
    List<ClusterRequest.Start> start = List.of();
    if (resume == null) {
      cluster.setSteps(options);
      RunConfig asked =
          options.config(gate, seed, usual -> usual.with(c -> c.data(DataForm.PARAGRAPHS)));
      ClusterOptions.requireUsual(asked.split(), asked.data());
      start = List.of(new ClusterRequest.Start(asked, cluster.config(), dataNames()));
    }
    console.println(
        Description.losses(resume == null ? start.get(0).config() : ConfigFile.read(file)));
    ClusterTraining.installed()
        .train(
            new ClusterRequest(
                String.valueOf(cluster.master),
                cluster.conf,
                folder,
                start,
                resume == null ? 0 : cluster.workers(),
                resume == null ? Map.of() : options.fields(),
                (run, data, text, rounds) -> {
                  // A round is not waited for: it is a pure function of what is saved.
                  Outcome outcome = train(run, data, text, stop, rounds);
                  printSummary(run, data, outcome);
                },
                Verbosity.progressOn(console)));
  }

  /** As they were given: a {@link Path} would change {@code hdfs://host/text}. */
  private List<String> dataNames() {
    DataOptions.once(options.data);
    OptionSpec data = spec.findOption("--data");
    return options.data.isEmpty()
        ? options.dataPaths().stream().map(path -> path.toAbsolutePath().toString()).toList()
        : data.originalStringValues();
  }

  /** The folder that is written, before anything is said or read. */
  private OutputFolder output() {
    if (resume != null) {
      return OutputFolder.open(RunFiles.runOf(resume));
    }
    String name =
        from == null
            ? "train-%s-%s-%s".formatted(options.task, gate, options.preset())
            : "train-from-" + RunFiles.runOf(from).toAbsolutePath().normalize().getFileName();
    return DefaultFolders.open(out, name);
  }

  private RunBuilder<?> startingAt(Path saved, RunBuilder<?> builder) {
    if (isGiven("--gate")) {
      builder.gate(gate);
    }
    if (isGiven("--seed")) {
      builder.seed(seed);
    }
    if (!options.data.isEmpty()) {
      builder.data(DataOptions.once(options.data));
    }
    RunConfig usual = builder.defaults();
    if (isGiven("--task") && !options.task.equals(usual.task())) {
      throw new IllegalArgumentException(
          "--task must be that of %s, %s, was %s".formatted(saved, usual.task(), options.task));
    }
    options.task = usual.task();
    RunConfig config = options.config(usual.gate(), usual.seed(), preset -> usual);
    String spawn = options.fields().get("evolution.spawn");
    if (spawn != null) {
      builder.set("evolution.spawn", spawn);
    }
    return builder.change(c -> config);
  }

  /** Options that would be left unheard are rejected. */
  private void rejectAllBeside(String used) {
    List<String> known = List.of(used.split(" ", -1));
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!known.contains(option.longestName())) {
        throw new IllegalArgumentException(
            option.longestName()
                + " cannot be given with --resume, which keeps the configuration of the run");
      }
    }
  }

  private void train(Run<?> run, GracefulStop stop) {
    RunConfig config = run.config();
    TaskData<?, ?> data = WorkProgress.watching(run::taskData);
    MemoryLimit limit = options.memoryLimit();
    limit.requireRoomFor(data, config);
    Description.say(console, data.description());
    auto.lines().forEach(line -> Description.say(console, line));
    Description.printModel(console, data, config);
    Advice advice = new Advice(config, data, console);
    advice.printPlan();
    Outcome outcome;
    try (MemoryGuard memory = new MemoryGuard(limit)) {
      StepProgress progress = new StepProgress(config.gate(), console);
      outcome = train(run, data, run.data(), stop, stop, memory, progress, advice);
      memory.requireWithin();
    }
    printSummary(run, data, outcome);
    String command = CommandText.of("train", "--resume", run.folder());
    if (stop.isStopped() && outcome.result().isInterrupted()) {
      console.printf("Stopped and saved; continue with: %s%n", command);
    } else if (Description.endedEarly(config, outcome.result())) {
      console.printf("To train on: %s --set training.patience=0, or with more --steps%n", command);
    }
    if (!outcome.result().isInterrupted()) {
      advice.printNext(run.folder(), outcome.recorded(), texts);
    }
  }

  /**
   * Trains a run and writes its page. A signal that comes after the training waits for the page.
   */
  private Outcome train(
      Run<?> run, TaskData<?, ?> data, List<?> sources, GracefulStop stop, Callback... told) {
    RunConfig config = run.config();
    String title =
        "EvoMoE training: %s, %s, seed %d".formatted(config.task(), config.gate(), config.seed());
    ReportData report =
        Description.report(title, config, data, sources).withChanges(run.dataChanges());
    try (LiveReport page = watch.page(run.folder(), report, data.metricName())) {
      Outcome outcome = run.train(watch.callbacks(run.folder(), page, told));
      stop.begin();
      // The page of a run that took no step has more than its files tell.
      if (page.isBegun() || !Files.exists(run.folder().resolve(HtmlReport.NAME))) {
        page.add(outcome);
      }
      texts = page.texts();
      return outcome;
    }
  }

  private void printSummary(Run<?> run, TaskData<?, ?> data, Outcome outcome) {
    Description.print(console, List.of(outcome), Description.heldOut(data, run.config()));
    Description.printEnd(console, "", run.config(), outcome.result());
    console.printf("Run: %s, report: %s%n", run.folder(), run.folder().resolve(HtmlReport.NAME));
  }
}
