package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.GracefulStop;
import io.evomoe.bench.cli.console.MemoryGuard;
import io.evomoe.bench.cli.console.StepProgress;
import io.evomoe.bench.cli.console.Verbosity;
import io.evomoe.bench.cli.console.WorkProgress;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.study.Study;
import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.bench.study.StudyConfig;
import io.evomoe.bench.study.StudyResults;
import io.evomoe.bench.study.StudyResults.StudyOrigin;
import io.evomoe.bench.study.StudyTables;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.run.PreparedData;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.training.Callback;
import java.io.PrintStream;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe study}: trains what is missing of a study and writes its tables. */
@Command(
    name = "study",
    description = "Trains the missing runs of a study and writes its tables.",
    footer = "evomoe study --config docs/study/gpt-prior.yaml --tables")
final class StudyCommand implements Runnable {
  @Option(
      names = "--config",
      required = true,
      description = "YAML file of the study, e.g. docs/study/gpt-prior.yaml")
  Path config = Path.of("");

  @Option(
      names = "--out",
      description =
          "folder of recorded runs and tables; runs recorded in it with the same configuration and data are not trained again (default: results/NAME next to NAME.yaml)")
  @Nullable Path out;

  @Option(
      names = "--work",
      description =
          "folder for checkpoints, full curves and report.html (default: runs/study-NAME)")
  @Nullable Path work;

  @Option(
      names = "--data",
      description =
          "file or folder as for train; may be repeated (default: the data that comes with the task)")
  List<Path> data = List.of();

  @Option(
      names = "--only",
      paramLabel = "PATTERN",
      description =
          "train only the runs whose name matches, e.g. 'evomoe*-1', and the runs that find their learning rates")
  @Nullable String only;

  @Option(
      names = "--keep-all-models",
      description =
          "keep the models of finished runs in WORK/runs/NAME; runs that were recorded before have none")
  boolean keepAllModels;

  @Option(
      names = "--tables",
      description = "train nothing and write the tables of the recorded runs")
  boolean tables;

  @Mixin WatchOptions watch = new WatchOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  private static final String[] OF_TRAINING = {
    "--only", "--keep-all-models", "--report-every", "--tensorboard"
  };

  private final PrintStream console = System.out;

  @Override
  public void run() {
    watch.requireValid();
    if (tables) {
      CommandText.reject(spec, "cannot be given with --tables, which trains nothing", OF_TRAINING);
    }
    StudyConfig read = StudyConfig.read(config);
    String name = config.toAbsolutePath().getFileName().toString().replaceFirst("\\.ya?ml$", "");
    Path results = out == null ? config.resolveSibling("results").resolve(name) : out;
    Path local = work == null ? Path.of("runs", "study-" + name) : work;
    boolean one = results.toAbsolutePath().normalize().equals(local.toAbsolutePath().normalize());
    try (GracefulStop stop = new GracefulStop(() -> "nothing new was saved");
        OutputFolder first = OutputFolder.open(results);
        OutputFolder second = one ? null : OutputFolder.open(local)) {
      run(read, results, local, stop);
    }
  }

  private void run(StudyConfig read, Path folder, Path local, GracefulStop stop) {
    List<Path> sources = data.isEmpty() ? ShippedData.of(read.task()) : DataOptions.once(data);
    StudyOrigin origin =
        new StudyOrigin(
            read.revision(),
            DataSource.digest(sources, read.data()),
            Version.commit(),
            Description.kernels(),
            Description.machine());
    boolean divided = sources.stream().allMatch(DataSource::isDivided);
    Study study = new Study(read, new StudyResults(folder, origin, divided), config.toString());
    List<StudyRun> selected = selected(study);
    List<StudyRun> missing = selected.stream().filter(r -> study.record(r).isEmpty()).toList();
    console.printf("%d of %d runs are missing%n", missing.size(), selected.size());
    if (keepAllModels && missing.size() < selected.size()) {
      console.printf(
          "The others are recorded in %s and have no model: use another --out to train them again%n",
          folder);
    }
    String note = ShippedData.note(sources, Optional.empty());
    if (!tables && !missing.isEmpty()) {
      train(study, missing, sources, note, local, stop);
    }
    stop.begin();
    write(study, folder, local, note);
    if (stop.isStopped()) {
      console.printf("Stopped and saved; continue with: %s%n", CommandText.again(spec, null));
    }
  }

  /** What the pattern means, and before it the runs that find the learning rates for that. */
  private List<StudyRun> selected(Study study) {
    if (only == null) {
      return study.runs();
    }
    PathMatcher pattern = FileSystems.getDefault().getPathMatcher("glob:" + only);
    List<StudyRun> named =
        study.runs().stream().filter(run -> pattern.matches(Path.of(run.name()))).toList();
    if (named.isEmpty()) {
      throw new IllegalArgumentException(
          "--only must be the name of a run, such as %s, or a pattern of names, was %s"
              .formatted(study.runs().get(0).name(), only));
    }
    Set<String> compared =
        named.stream().filter(run -> !run.isRate()).map(StudyRun::gate).collect(Collectors.toSet());
    return study.runs().stream()
        .filter(run -> named.contains(run) || (run.isRate() && compared.contains(run.gate())))
        .toList();
  }

  private void train(
      Study study,
      List<StudyRun> missing,
      List<Path> sources,
      String note,
      Path folder,
      GracefulStop stop) {
    MemoryLimit limit = MemoryLimit.ofMachine();
    String content =
        study.results().origin().dataSha256() + " revision " + study.config().revision();
    RunConfig first = study.config(study.runs().get(0)).orElseThrow();
    try (PreparedData prepared =
            WorkProgress.watching(progress -> PreparedData.read(sources, first, folder, progress));
        MemoryGuard memory = new MemoryGuard(limit)) {
      stop.begin();
      prepared.saveTokenizer(folder);
      console.println(prepared.data().description());
      String metric = prepared.data().metricName();
      try (LiveReport page =
          watch.page(folder, study.report(note, Map.of()), metric).withoutLooks()) {
        for (int i = 0; i < missing.size() && !stop.isStopped(); i++) {
          StudyRun run = missing.get(i);
          // A learning rate that is found anew can be the one that its runs are recorded with.
          if (study.record(run).isPresent()) {
            console.printf("%s: recorded%n", run.name());
            continue;
          }
          String left = timeOf(missing.subList(i, missing.size()), study);
          Verbosity.progressOn(console)
              .printf("[%d of %d%s] %s%n", i + 1, missing.size(), left, run.name());
          RunConfig settings = study.config(run).orElseThrow();
          limit.requireRoomFor(prepared.data(), settings);
          ComparedRun place = new ComparedRun(folder, run.name(), settings, sources, content);
          // Until its model is made, a signal need not wait for it.
          stop.pause("all runs so far are saved; continue with: " + CommandText.again(spec, null));
          page.replace(study.report(note, Description.ofStudy(settings)));
          page.begin(
              run.isRate() ? run.name() : run.label(),
              "run %d of %d".formatted(i + 1, missing.size()));
          StepProgress progress = new StepProgress(run.name(), console);
          Callback[] told = watch.callbacks(place.folder(), page, stop, memory, progress);
          Outcome outcome = place.train(run.name(), prepared, console, told);
          stop.begin();
          if (place.isFinished()) {
            study.results().add(run.name(), settings, outcome);
            settle(place);
            page.replace(study.report(note, Description.ofStudy(settings)));
            page.settle();
          }
          memory.requireWithin();
        }
      }
    }
  }

  private void settle(ComparedRun place) {
    if (!keepAllModels) {
      place.dropModel();
    } else {
      console.println(
          place.hasModel() ? "Model: " + place.folder() : "No model: " + place.missingModel());
    }
  }

  private void write(Study study, Path folder, Path local, String note) {
    String text = StudyTables.markdown(study);
    console.println();
    console.print(text);
    AtomicFile.write(folder.resolve(StudyTables.NAME), text);
    Path page = local.resolve(HtmlReport.NAME);
    console.printf("%nTables: %s%n", folder.resolve(StudyTables.NAME));
    study.runs().stream()
        .filter(run -> !run.isRate() && study.record(run).isPresent())
        .findFirst()
        .flatMap(study::config)
        .ifPresent(
            settings -> {
              HtmlReport.write(page, study.report(note, Description.ofStudy(settings)));
              console.printf("Charts: %s%n", page);
            });
  }

  /** The time that runs will take, as text; empty where nothing is known. */
  private static String timeOf(List<StudyRun> runs, Study study) {
    double seconds = runs.stream().mapToDouble(run -> seconds(run, study)).sum();
    return Double.isNaN(seconds) ? "" : ", about %.0f min left".formatted(seconds / 60);
  }

  /**
   * As long a step as the recorded ones of the same gate or variant, or of all if there is none.
   */
  private static double seconds(StudyRun run, Study study) {
    double own = secondsOfStep(run.label(), study);
    return study.steps(run) * (Double.isNaN(own) ? secondsOfStep(null, study) : own);
  }

  private static double secondsOfStep(@Nullable String label, Study study) {
    return study.runs().stream()
        .filter(run -> label == null || run.label().equals(label))
        .flatMap(run -> study.record(run).stream())
        .mapToDouble(record -> record.result().wallSeconds() / record.result().steps())
        .average()
        .orElse(Double.NaN);
  }
}
