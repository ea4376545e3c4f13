package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassScoreTable;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.internal.finetune.ClassSource;
import io.evomoe.run.internal.finetune.FineTuneSettings;
import io.evomoe.run.internal.finetune.FineTuning;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.finetune.TunedPart;
import io.evomoe.run.internal.finetune.TunedScores;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.training.TrainingListener;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe finetune}: a pre-trained RoBERTa learns to name the classes of texts. */
@Command(
    name = "finetune",
    description =
        "Fine-tunes a pre-trained model to classify texts, and sets it beside the majority class"
            + " and the same network without pre-training.",
    mixinStandardHelpOptions = true)
final class FineTuneCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run of task roberta; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder of records of label and text (.jsonl, .csv, .tsv, .parquet), or of lines"
              + " of class TAB text, UTF-8, also .gz and .zst; a part is held out, but of a folder"
              + " with *.train.tsv, *.valid.tsv and *.test.tsv; may be repeated; WordNet glosses by"
              + " default")
  List<Path> data = List.of();

  @Mixin DataOptions form = new DataOptions();

  @Mixin SplitOptions split = new SplitOptions();

  @Option(names = "--steps", description = "optimizer steps; --epochs by default")
  @Nullable Long steps;

  @Option(
      names = "--epochs",
      defaultValue = "3",
      description = "passes over the training texts; 3 by default")
  double epochs = 3;

  @Option(names = "--batch", defaultValue = "32", description = "texts in a batch; 32 by default")
  int batch = 32;

  @Option(
      names = "--learning-rate",
      defaultValue = "0.0005",
      description = "highest rate; 0.0005 by default")
  double learningRate = 5e-4;

  @Option(names = "--seed", defaultValue = "1", description = "of order and dropout; 1 by default")
  long seed = 1;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "500",
      description = "steps between checkpoints, 0 for one at the end alone; 500 by default")
  long checkpointEvery = FineTuneSettings.DEFAULT_CHECKPOINT_EVERY;

  @Mixin WatchOptions watch = new WatchOptions();

  @Option(names = "--no-baseline", description = "leaves out the network without pre-training")
  boolean noBaseline;

  @Option(
      names = "--out",
      description =
          "folder for results; runs/finetune by default. The same command goes on where it was"
              + " interrupted")
  @Nullable Path out;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  CommandSpec spec;

  private final PrintStream console = System.out;

  @Override
  public Integer call() {
    watch.requireValid();
    OptionalLong wanted = steps == null ? OptionalLong.empty() : OptionalLong.of(steps);
    FineTuneSettings settings =
        new FineTuneSettings(wanted, epochs, batch, learningRate, seed, checkpointEvery);
    try (GracefulStop stop = new GracefulStop(() -> "nothing was saved by this call");
        OutputFolder output = DefaultFolders.open(out, "finetune", "evomoe finetune");
        RunCheckpoint run = RunCheckpoint.open(checkpoint, Tasks.ROBERTA, "finetune")) {
      List<Path> texts = data.isEmpty() ? List.of(ShippedData.folder("wordnet")) : data;
      ClassSource source =
          new ClassSource(texts, split.heldOut(HeldOut.DEFAULT), form.form(DataForm.DEFAULT));
      ClassifiedSplit classified = source.split(console::println);
      TunedFolder folder =
          new TunedFolder(output.path(), run, settings, source, classified.labels(), noBaseline);
      FineTuning tuning = new FineTuning(run, classified, settings);
      console.println(tuning.description());
      Optional<List<ClassScores>> finished = folder.finished(tuning.steps());
      if (finished.isPresent()) {
        console.println("finished before, taken as it is");
      }
      finished
          .or(() -> train(tuning, folder, stop, description(run, settings, source, tuning)))
          .ifPresentOrElse(scores -> print(scores, folder), () -> printGoOn(folder));
    }
    return 0;
  }

  private void print(List<ClassScores> scores, TunedFolder folder) {
    console.println();
    console.print(ClassScoreTable.text(scores));
    console.printf("Results: %s%n", folder.path());
  }

  /** What the report says besides what is going to be measured. */
  private static ReportData description(
      RunCheckpoint run, FineTuneSettings settings, ClassSource source, FineTuning tuning) {
    String counts = tuning.description().lines().findFirst().orElse("");
    Map<String, String> description = new LinkedHashMap<>();
    description.put("Data", counts);
    description.putAll(Description.ofFineTuning(run.config(), settings, tuning.steps()));
    String note = DataNote.of(DataNote.names(source.paths()), Optional.of(counts));
    String title =
        "EvoMoE fine-tuning: %d classes, %s".formatted(tuning.labels().size(), run.config().gate());
    return new ReportData(title, note, description, List.of(), List.of());
  }

  private void printGoOn(TunedFolder folder) {
    console.printf("Stopped and saved; go on with: %s%n", goOn(folder));
  }

  private String goOn(TunedFolder folder) {
    return CommandText.again(
        spec, out == null ? List.of("--out", folder.path().toString()) : List.of());
  }

  /** Empty if it was stopped before its end. */
  private Optional<List<ClassScores>> train(
      FineTuning tuning, TunedFolder folder, GracefulStop stop, ReportData description) {
    TunedPart scratch = folder.scratch();
    TunedPart tuned = folder.tuned();
    List<TunedPart> parts = noBaseline ? List.of(tuned) : List.of(scratch, tuned);
    List<CurveRow> kept = parts.stream().flatMap(part -> part.earlier().stream()).toList();
    FineTuneReport report =
        new FineTuneReport(description, folder.path(), parts, tuning.majority());
    stop.begin();
    folder.begin();
    Optional<ClassEvaluation> evaluation;
    try (CurveFile curves = CurveFile.create(folder.path().resolve(CurveFile.NAME), kept);
        LiveReport page = watch.page(folder.path(), report)) {
      RunWatcher watcher = folder.logging(watch.watcher(folder.path(), page));
      if (!noBaseline) {
        Optional<TunedScores> measured =
            tuning.fromScratch(scratch, curves, watcher, progress(scratch, tuning, stop));
        if (measured.isEmpty() || stop.isStopped()) {
          return Optional.empty();
        }
        report.add(scratch, measured.get());
        page.settle();
      }
      Optional<TunedScores> measured =
          tuning.fineTuned(tuned, curves, watcher, progress(tuned, tuning, stop));
      measured.ifPresent(last -> report.add(tuned, last));
      evaluation = measured.map(TunedScores::evaluation);
    }
    evaluation.ifPresent(last -> folder.finish(report.scores(), last));
    return evaluation.map(last -> report.scores());
  }

  private TrainingListener progress(TunedPart part, FineTuning tuning, GracefulStop stop) {
    part.saved()
        .ifPresent(
            saved ->
                console.printf(
                    "%s: resuming after step %d of %d%n",
                    part.name(), saved.progress().step(), tuning.steps()));
    return new StepProgress(part.name(), tuning.steps(), console, stop::begin);
  }
}
