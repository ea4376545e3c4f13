package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassScoreTable;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.finetune.FineTuningBuilder;
import io.evomoe.run.record.FineTuned;
import io.evomoe.training.Callback;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    description = {
      "Fine-tunes a pre-trained model to classify texts.",
      "Compares it with the majority-class baseline and with the same network without pre-training."
    },
    footerHeading = OptionGroup.EXAMPLES,
    footer = {
      "evomoe finetune --checkpoint runs/roberta",
      "evomoe finetune --checkpoint runs/roberta --data my.tsv --epochs 5"
    },
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
          "file or folder of labelled UTF-8 texts: records of label and text (.jsonl, .csv, .tsv, .parquet), or lines of class TAB text, also as .gz or .zst; may be repeated (default: WordNet glosses)")
  List<Path> data = List.of();

  @Mixin DataOptions form = new DataOptions();

  @Mixin SplitOptions split = new SplitOptions();

  @Option(names = "--steps", description = "optimizer steps (default: from --epochs)")
  @Nullable Long steps;

  @Option(
      names = "--epochs",
      defaultValue = "3",
      description = "passes over the training texts (default: ${DEFAULT-VALUE})")
  double epochs = 3;

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "texts in a batch (default: ${DEFAULT-VALUE})")
  int batch = 32;

  @Option(
      names = "--learning-rate",
      defaultValue = "0.0005",
      description = "peak learning rate (default: ${DEFAULT-VALUE})")
  double learningRate = 5e-4;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "seed of the order and of dropout (default: ${DEFAULT-VALUE})")
  long seed = 1;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "500",
      description = "steps between checkpoints, 0 for one at the end (default: ${DEFAULT-VALUE})")
  long checkpointEvery = FineTuneSettings.DEFAULT.checkpointEvery();

  @Mixin WatchOptions watch = new WatchOptions();

  @Option(names = "--no-baseline", description = "do not train the network without pre-training")
  boolean noBaseline;

  @Option(
      names = "--out",
      description =
          "folder for results; the same command with the same folder continues an interrupted run (default: runs/finetune)")
  @Nullable Path out;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  CommandSpec spec;

  private final PrintStream console = System.out;

  @Override
  public Integer call() {
    watch.requireValid();
    form.requireOf(RecordKind.CLASS);
    if (steps != null && spec.commandLine().getParseResult().hasMatchedOption("--epochs")) {
      throw new IllegalArgumentException("--epochs cannot be given with --steps, was " + epochs);
    }
    DataOptions.once(data);
    try (GracefulStop stop = new GracefulStop(() -> "nothing new was saved");
        OutputFolder output = DefaultFolders.open(out, "finetune")) {
      FineTuningBuilder builder = builder();
      List<Path> texts = data.isEmpty() ? List.of(ShippedData.folder("wordnet")) : data;
      try (FineTuning tuning = builder.data(texts).in(output)) {
        console.println(tuning.description());
        print(train(tuning, stop, page(tuning, texts)), tuning);
      }
    }
    return 0;
  }

  private void print(FineTuned tuned, FineTuning tuning) {
    if (tuned.isInterrupted()) {
      console.printf("Stopped and saved; continue with: %s%n", goOn(tuning));
    } else {
      console.println();
      console.print(ClassScoreTable.text(tuned.scores(), StandardOutput.columns()));
      console.printf("Results: %s%n", tuning.folder());
    }
  }

  private FineTuningBuilder builder() {
    FineTuningBuilder builder =
        FineTuning.of(checkpoint)
            .split(split.heldOut(HeldOut.DEFAULT))
            .form(form.form(DataForm.DEFAULT))
            .training(t -> t.epochs(epochs).batch(batch).learningRate(learningRate).seed(seed))
            .training(t -> t.checkpointEvery(checkpointEvery))
            .said(console::println);
    if (steps != null) {
      long wanted = steps;
      builder.training(t -> t.steps(wanted));
    }
    return noBaseline ? builder.withoutBaseline() : builder;
  }

  private FineTuned train(FineTuning tuning, GracefulStop stop, ReportData empty) {
    FineTuneReport report =
        new FineTuneReport(empty, tuning.folder(), tuning.settings().seed(), noBaseline);
    try (LiveReport page = watch.page(tuning.folder(), report)) {
      List<Callback> told = new ArrayList<>(watch.callbacks(tuning.folder(), page));
      told.add(new ConsoleFineTuning(tuning, console, stop, report, page));
      FineTuned tuned = tuning.train(told.toArray(Callback[]::new));
      report.measured(tuned.scores());
      tuned.measured().ifPresent(report::end);
      return tuned;
    }
  }

  /** What the page says besides what is going to be measured. */
  private ReportData page(FineTuning tuning, List<Path> texts) {
    String counts = tuning.description().lines().findFirst().orElse("");
    String title =
        String.format(
            Locale.ROOT,
            "EvoMoE fine-tuning: %d classes, %s",
            tuning.labels().size(),
            tuning.config().gate());
    Map<String, String> description = new LinkedHashMap<>();
    description.put("Data", counts);
    description.putAll(Description.ofFineTuning(tuning));
    String note = DataNote.of(DataNote.names(texts), Optional.of(counts));
    return new ReportData(title, note, description, List.of(), List.of());
  }

  private String goOn(FineTuning tuning) {
    return CommandText.again(
        spec, out == null ? List.of("--out", tuning.folder().toString()) : List.of());
  }
}
