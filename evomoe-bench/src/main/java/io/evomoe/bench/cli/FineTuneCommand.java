package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.GracefulStop;
import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.cli.console.StepProgress;
import io.evomoe.bench.report.ClassScoreTable;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.FineTuned;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    footer = {
      "evomoe finetune --checkpoint runs/roberta",
      "evomoe finetune --checkpoint runs/roberta --data my.tsv --epochs 5"
    })
final class FineTuneCommand implements Runnable {
  @Option(names = "--checkpoint", required = true, description = "run folder, task roberta")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder of labelled UTF-8 texts: records of label and text (.jsonl, .csv, .tsv,"
              + " .parquet), or lines of class TAB text, also as .gz or .zst; may be repeated"
              + " (default: WordNet glosses)")
  List<Path> data = List.of();

  @Mixin DataOptions form = new DataOptions();

  @Mixin FieldOptions split = DataOptions.split();

  @Mixin
  FieldOptions training =
      new FieldOptions(
          FineTuneSettings.class,
          "--steps --epochs --batch --learning-rate --seed --checkpoint-every --eval-every --keep-best --patience"
              + " --train-only --freeze");

  @Mixin WatchOptions watch = new WatchOptions();

  @Option(names = "--no-baseline", description = "do not train the network without pre-training")
  boolean noBaseline;

  @Option(
      names = "--out",
      description =
          "folder for results; the same command with the same folder continues an interrupted run"
              + " (default: runs/finetune)")
  @Nullable Path out;

  @Spec CommandSpec spec = CommandSpec.create();

  private final PrintStream console = System.out;

  @Override
  public void run() {
    watch.requireValid();
    form.requireOf(RecordKind.CLASS);
    FineTuneSettings settings = training.over(FineTuneSettings.DEFAULT);
    if (training.given().keySet().containsAll(Set.of("steps", "epochs"))) {
      throw new IllegalArgumentException(
          "--epochs cannot be given with --steps, was " + settings.epochs());
    }
    DataOptions.once(data);
    try (GracefulStop stop = new GracefulStop(() -> "nothing new was saved");
        OutputFolder output = DefaultFolders.open(out, "finetune")) {
      FineTuning.Builder builder = builder(settings);
      List<Path> texts = data.isEmpty() ? List.of(ShippedData.folder("wordnet")) : data;
      try (FineTuning tuning = builder.data(Dataset.files(texts)).in(output)) {
        Description.say(console, tuning.description());
        print(train(tuning, stop, page(tuning, texts)), tuning);
      }
    }
  }

  private void print(FineTuned tuned, FineTuning tuning) {
    if (tuned.isInterrupted()) {
      console.printf(
          "Stopped and saved; continue with: %s%n", CommandText.again(spec, tuning.folder()));
    } else {
      console.println();
      console.print(ClassScoreTable.text(tuned.scores(), StandardOutput.columns()));
      FineTuneReport.end(tuning).forEach(console::println);
      console.printf(
          "Results: %s, report: %s%n", tuning.folder(), tuning.folder().resolve(HtmlReport.NAME));
      console.printf(
          "Next:%n  %s < texts.txt%n", CommandText.of("classify", "--checkpoint", tuning.folder()));
    }
  }

  private FineTuning.Builder builder(FineTuneSettings settings) {
    FineTuning.Builder builder =
        FineTuning.of(checkpoint)
            .split(split.over(HeldOut.DEFAULT))
            .form(form.over(DataForm.DEFAULT))
            .training(settings)
            .said(console::println);
    return noBaseline ? builder.withoutBaseline() : builder;
  }

  private FineTuned train(FineTuning tuning, GracefulStop stop, ReportData empty) {
    FineTuneSettings settings = tuning.settings();
    try (FineTuneReport page =
        new FineTuneReport(
            tuning.folder(),
            watch.reportEvery,
            empty,
            settings.seed(),
            noBaseline,
            tuning::scores)) {
      StepProgress progress = new StepProgress("", console);
      FineTuned tuned = tuning.train(watch.callbacks(tuning.folder(), page, stop, progress));
      page.end(tuned);
      return tuned;
    }
  }

  /** What the page says besides what is going to be measured. */
  private ReportData page(FineTuning tuning, List<Path> texts) {
    String counts = tuning.description().lines().findFirst().orElse("");
    String title =
        "EvoMoE fine-tuning: %d classes, %s"
            .formatted(tuning.labels().size(), tuning.config().gate());
    return ReportData.empty(
        title,
        ShippedData.note(texts, Optional.of(counts)),
        Description.ofFineTuning(tuning, counts));
  }
}
