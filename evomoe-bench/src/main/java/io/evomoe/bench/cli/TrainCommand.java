package io.evomoe.bench.cli;

import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.SummaryTable;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.files.OutputFolder;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.folder.RunFolder;
import io.evomoe.run.hub.DenseStart;
import io.evomoe.run.record.Annealing;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.rounds.ClusterRequest;
import io.evomoe.run.rounds.ClusterTraining;
import io.evomoe.run.rounds.RoundSettings;
import io.evomoe.run.task.Prepared;
import io.evomoe.run.task.RunCheckpoint;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskRun;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
    description = "Trains one model, with checkpoints; --resume continues a run.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private static final Set<String> USED_IN_RESUMING = Set.of("--resume", "--data", "--max-memory");
  private static final Set<String> USED_IN_RESUMING_ON_A_CLUSTER =
      Set.of("--resume", "--spark", "--workers", "--spark-conf");

  /** Each is one field or some, of which the checkpoint says whether they may change. */
  private static final Set<String> FIELDS =
      Set.of("--set", "--steps", "--learning-rate", "--batch", "--precision", "--recompute");

  private static final String WHO = "evomoe train";

  @Mixin RunOptions options = new RunOptions();
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(names = "--gate", defaultValue = "evomoe", description = "evomoe by default")
  String gate = "evomoe";

  @Option(names = "--seed", defaultValue = "1", description = "1 by default")
  long seed = 1;

  @Option(names = "--out", description = "folder of the run; runs/train-... by default")
  @Nullable Path out;

  @Option(
      names = "--resume",
      description =
          "folder of a run to continue from its last checkpoint, or one checkpoint in it, with the"
              + " configuration it was started with")
  @Nullable Path resume;

  @Option(
      names = "--init",
      description =
          "folder of a run without experts, trained or imported, to start from: its task, model,"
              + " tokenizer and data (an imported one needs --data), and experts spawned before the"
              + " first step")
  @Nullable Path init;

  @Option(names = "--experts", description = "as --set model.experts=N")
  @Nullable Integer experts;

  @Option(
      names = "--spawn",
      description =
          "copy, mask:R, mask:R:rescale, reinit:R or noise:SIGMA; as --set evolution.spawn")
  @Nullable String spawn;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  CommandSpec spec;

  private final PrintStream console = System.out;

  @Override
  public Integer call() {
    if (experts != null) {
      options.set.put("model.experts", experts.toString());
    }
    if (spawn != null) {
      SpawnMethod.parse(spawn);
      options.set.put("evolution.spawn", spawn);
    }
    if (!cluster.asked()) {
      cluster.requireUnused();
    }
    if (resume != null) {
      refuseAllBeside(cluster.asked() ? USED_IN_RESUMING_ON_A_CLUSTER : USED_IN_RESUMING);
    }
    String nothingLost = resume == null ? "nothing was saved" : "the run is as it was saved before";
    if (cluster.asked()) {
      try (OutputFolder folder = output()) {
        trainOnCluster(folder.path());
      }
      return 0;
    }
    try (GracefulStop stop = new GracefulStop(() -> nothingLost);
        OutputFolder folder = output()) {
      train(folder.path(), stop);
    }
    return 0;
  }

  private void train(Path folder, GracefulStop stop) {
    if (resume != null) {
      resume(resume, stop);
    } else if (init != null) {
      try (DenseStart dense = DenseStart.open(init)) {
        startFrom(dense, folder, stop);
      }
    } else {
      RunConfig config = options.config(gate, seed);
      RunFolder.unused(folder);
      try (Prepared prepared =
          WorkProgress.watching(progress -> Prepared.data(options.dataPaths(), config, progress))) {
        start(config, prepared, run -> {}, folder, stop);
      }
    }
  }

  private void trainOnCluster(Path folder) {
    String master = String.valueOf(cluster.master);
    if (init != null || options.maxMemory != null) {
      throw new IllegalArgumentException(
          (init == null ? "--max-memory" : "--init") + " cannot be given with --spark");
    }
    ClusterRequest request;
    if (resume == null) {
      options.steps = cluster.steps(options.steps);
      RunConfig asked = options.config(gate, seed);
      ClusterOptions.requireUsual(asked.split());
      ClusterRequest.Start start = new ClusterRequest.Start(asked, cluster.config(), dataNames());
      request =
          new ClusterRequest(master, cluster.conf, folder, List.of(start), 0, Map.of(), console);
    } else {
      int workers = cluster.workers == null ? 0 : cluster.workers;
      request =
          new ClusterRequest(
              master, cluster.conf, resume, List.of(), workers, options.fields(), console);
    }
    RunConfig config =
        resume == null ? request.start().get(0).config() : RunFolder.open(resume).config();
    console.println(Description.losses(config));
    ClusterTraining.Trained trained;
    try (GracefulStop stop = new GracefulStop(() -> savedRounds(request))) {
      trained = ClusterOptions.train(request);
      stop.begin();
    }
    write(
        trained.outcome(),
        trained.config(),
        request.out(),
        trained.task(),
        RoundSettings.read(request.out()).data());
    printSummary(
        trained.outcome(), request.out(), Description.heldOut(trained.task(), trained.config()));
  }

  /** A round is not waited for: it is a pure function of what is saved. */
  private static String savedRounds(ClusterRequest request) {
    if (CheckpointFolder.latest(request.out().resolve("checkpoints")).isEmpty()) {
      return "nothing was saved";
    }
    return "the rounds that were over are saved; go on with: "
        + CommandText.of("train", "--spark", request.master(), "--resume", request.out());
  }

  /** As they were given: a {@link Path} would change {@code hdfs://host/text}. */
  private List<String> dataNames() {
    OptionSpec data = spec.findOption("--data");
    return options.data.isEmpty()
        ? options.dataPaths().stream().map(path -> path.toAbsolutePath().toString()).toList()
        : data.originalStringValues();
  }

  /** The folder that is written, before anything is said or read. */
  private OutputFolder output() {
    if (resume != null) {
      return OutputFolder.open(RunFolder.open(resume).path(), WHO);
    }
    String name = "train-%s-%s-%s".formatted(options.task, gate, options.preset);
    return DefaultFolders.open(out, name, WHO);
  }

  private void startFrom(DenseStart dense, Path folder, GracefulStop stop) {
    String task = dense.run().config().task();
    boolean asked = spec.commandLine().getParseResult().hasMatchedOption("--task");
    if (asked && !options.task.equals(task)) {
      throw new IllegalArgumentException(
          "--task must be that of %s, %s, was %s".formatted(init, task, options.task));
    }
    options.task = task;
    boolean itsData = options.data.isEmpty();
    RunConfig config = options.config(gate, seed, usual -> dense.defaults(usual, itsData));
    dense.requireFit(config, spawn != null);
    if (itsData) {
      dense.requireItsSplit(config);
      options.data = dataOf(dense.run().checkpoint());
    }
    RunFolder.unused(folder);
    try (Prepared prepared =
        WorkProgress.watching(
            progress -> Prepared.data(options.dataPaths(), config, dense.run(), progress))) {
      start(config, prepared, run -> run.startFrom(dense.weights()), folder, stop);
    }
  }

  private void start(
      RunConfig config,
      Prepared prepared,
      Consumer<TaskRun<?, ?>> before,
      Path path,
      GracefulStop stop) {
    MemoryLimit limit = MemoryLimit.of(options.maxMemory);
    limit.requireRoomFor(prepared.task(), config);
    describe(prepared.task(), config);
    try (MemoryGuard memory = new MemoryGuard(limit)) {
      TaskRun<?, ?> run = new TaskRun<>(prepared.task(), config);
      before.accept(run);
      stop.begin(run::requestStop);
      memory.watch(run);
      RunFolder folder = new RunFolder(path);
      prepared.saveTokenizer(path);
      folder.write(config);
      run.checkpointTo(folder.checkpointWriter(options.dataPaths(), config));
      // From here on there is something to resume, and the disk is known to take a checkpoint.
      run.save();
      try (CurveFile curves = CurveFile.create(path.resolve(CurveFile.NAME))) {
        train(run, config, folder, curves, List.of(), prepared.task(), stop);
      }
      memory.requireWithin();
    }
  }

  /** Options that would be left unheard are refused. */
  private void refuseAllBeside(Set<String> used) {
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!used.contains(option.longestName()) && !FIELDS.contains(option.longestName())) {
        throw new IllegalArgumentException(
            option.longestName()
                + " cannot be given with --resume, which keeps the configuration of the run");
      }
    }
  }

  private void resume(Path path, GracefulStop stop) {
    if (RoundSettings.isIn(RunFolder.open(path).path())) {
      throw new IllegalArgumentException(
          path + " was trained in rounds on a cluster: resume it with --spark MASTER");
    }
    RunCheckpoint saved = RunCheckpoint.resume(path, options.fields());
    RunConfig config = saved.config();
    Checkpoint checkpoint = saved.checkpoint();
    RunFolder folder = saved.folder();
    requireMoreSteps(checkpoint, config, folder);
    List<Path> data = dataOf(checkpoint);
    options.data = data;
    Task<?, ?> task =
        WorkProgress.watching(progress -> Prepared.open(data, config, saved, progress));
    MemoryLimit limit = MemoryLimit.of(options.maxMemory);
    limit.requireRoomFor(task, config);
    describe(task, config);
    try (MemoryGuard memory = new MemoryGuard(limit)) {
      TaskRun<?, ?> run = new TaskRun<>(task, config);
      run.resume(checkpoint);
      stop.begin(run::requestStop);
      memory.watch(run);
      goOn(run, saved, data, task, stop);
      memory.requireWithin();
    }
  }

  /** Before the model is made, which takes a while where it has many experts. */
  private void describe(Task<?, ?> task, RunConfig config) {
    console.println(task.description());
    console.println(Description.parameters(task, config));
    console.println(Description.losses(config));
    console.flush();
  }

  private void goOn(
      TaskRun<?, ?> run, RunCheckpoint saved, List<Path> data, Task<?, ?> task, GracefulStop stop) {
    RunConfig config = saved.config();
    Checkpoint checkpoint = saved.checkpoint();
    RunFolder folder = saved.folder();
    CheckpointFolder.setAsideNewerThan(checkpoint.location())
        .forEach(newer -> console.printf("Set aside: %s%n", newer));
    run.checkpointTo(folder.checkpointWriter(data, config));
    saved.changes().forEach(console::println);
    if (!saved.changes().isEmpty()) {
      folder.write(config);
      run.save();
    }
    Path curveFile = folder.path().resolve(CurveFile.NAME);
    try (CurveFile curves = CurveFile.resume(curveFile, checkpoint.progress().step())) {
      console.printf(
          "Resuming after step %d of %d%n",
          checkpoint.progress().step(), config.training().steps());
      train(run, config, folder, curves, CurveFile.read(curveFile), task, stop);
    }
  }

  /** A run at its end gives its result again; one without a curve, as a converted one, has none. */
  private static void requireMoreSteps(Checkpoint checkpoint, RunConfig config, RunFolder folder) {
    long steps = config.training().steps();
    boolean ended = checkpoint.progress().step() >= steps;
    if (ended && CurveFile.readIfWhole(folder.path().resolve(CurveFile.NAME)).isEmpty()) {
      throw new IllegalArgumentException(
          "%s has taken all of its %d steps and has no curve of them; ask for more, such as --steps %d"
              .formatted(folder.path(), steps, steps + 1));
    }
  }

  private List<Path> dataOf(Checkpoint checkpoint) {
    if (options.data.isEmpty()) {
      List<Path> data = RunFolder.data(checkpoint);
      if (!RunFolder.isSameData(checkpoint, data)) {
        throw new IllegalArgumentException(
            "the data in %s is not what the run was started with; give --data to go on with it"
                .formatted(data));
      }
      return data;
    }
    if (!RunFolder.isSameData(checkpoint, options.data)) {
      console.printf("The data is not what the run was started with: %s%n", options.data);
    }
    return options.data;
  }

  private void train(
      TaskRun<?, ?> run,
      RunConfig config,
      RunFolder folder,
      CurveFile curves,
      List<CurveRow> earlier,
      Task<?, ?> task,
      GracefulStop stop) {
    TaskRun.Outcome outcome;
    long steps = config.training().steps();
    try (StepProgress progress = new StepProgress(config.gate(), steps, console)) {
      outcome = run.train(curves, earlier, progress);
    }
    write(outcome, config, folder.path(), task, DataNote.names(options.dataPaths()));
    printSummary(outcome, folder.path(), Description.heldOut(task, config));
    if (stop.isStopped() && outcome.result().steps() < steps) {
      String command = CommandText.of("train", "--resume", folder.path());
      console.printf("Stopped and saved; go on with: %s%n", command);
    }
  }

  private void printSummary(TaskRun.Outcome outcome, Path folder, String measured) {
    console.println();
    console.println(SummaryTable.of(List.of(outcome.result())).text());
    console.println(measured);
    Annealing.of(outcome.recorded()).ifPresent(a -> console.println(a.text()));
    console.printf("Run: %s%n", folder);
  }

  private static void write(
      TaskRun.Outcome outcome, RunConfig config, Path folder, Task<?, ?> task, List<String> data) {
    ReportData report =
        new ReportData(
            "EvoMoE training: %s, %s, seed %d"
                .formatted(config.task(), config.gate(), config.seed()),
            DataNote.of(data, Optional.of(task.description())),
            Description.of(task, config),
            List.of(outcome.result()),
            List.of(outcome.recorded()));
    ResultFile.write(folder.resolve(ResultFile.NAME), List.of(outcome.result()));
    HtmlReport.write(folder.resolve(HtmlReport.NAME), report);
  }
}
