package io.evomoe.bench.cli;

import io.evomoe.bench.finetune.FineTuneSettings;
import io.evomoe.bench.finetune.FineTuning;
import io.evomoe.bench.report.ClassScoreTable;
import io.evomoe.bench.report.ClassScores;
import io.evomoe.bench.report.CurveFile;
import io.evomoe.bench.report.OutputFolder;
import io.evomoe.bench.report.RunRecording;
import io.evomoe.bench.run.RunFolder;
import io.evomoe.bench.task.RobertaKind;
import io.evomoe.bench.task.RunCheckpoint;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.TrainingListener;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
          "UTF-8 lines of class TAB text: a file, of which a part is held out, or a folder with"
              + " *.train.tsv, *.valid.tsv and *.test.tsv; WordNet glosses by default")
  @Nullable Path data;

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

  @Option(names = "--no-baseline", description = "leaves out the network without pre-training")
  boolean noBaseline;

  @Option(names = "--out", description = "folder for results; runs/finetune by default")
  @Nullable Path out;

  private final PrintStream console = System.out;

  @Override
  public Integer call() {
    OptionalLong wanted = steps == null ? OptionalLong.empty() : OptionalLong.of(steps);
    FineTuneSettings settings = new FineTuneSettings(wanted, epochs, batch, learningRate, seed);
    try (OutputFolder output = DefaultFolders.open(out, "finetune", "evomoe finetune");
        GracefulStop stop =
            new GracefulStop(
                () -> "a fine-tuning is saved at its end alone; the same command starts it again");
        RunCheckpoint run = RunCheckpoint.open(checkpoint, RobertaKind.NAME, "finetune")) {
      Path texts = data == null ? ShippedData.folder("wordnet") : data;
      FineTuning tuning =
          new FineTuning(
              run, ClassifiedSplit.open(texts, split.heldOut(HeldOut.DEFAULT)), settings);
      console.println(tuning.description());
      Path folder = RunFolder.unused(output.path()).path();
      List<ClassScores> scores = train(tuning, run, folder, stop);
      ClassScoreTable.write(folder, scores);
      console.println();
      console.print(ClassScoreTable.text(scores));
      console.printf("Results: %s%n", folder);
    }
    return 0;
  }

  private List<ClassScores> train(
      FineTuning tuning, RunCheckpoint run, Path folder, GracefulStop stop) {
    Map<String, String> labels = Map.of("labels", String.join("\n", tuning.labels().names()));
    CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoints"), 1, labels);
    CheckpointWriter last =
        state -> {
          stop.begin();
          return checkpoints.write(state);
        };
    List<ClassScores> scores = new ArrayList<>(List.of(tuning.majority()));
    try (CurveFile curves = CurveFile.create(folder.resolve(CurveFile.NAME))) {
      if (!noBaseline) {
        scores.add(watched("scratch", tuning, run, curves, tuning::fromScratch));
      }
      scores.add(watched("finetune", tuning, run, curves, steps -> tuning.fineTuned(last, steps)));
    }
    return scores;
  }

  /** Each step of a training goes into the curves and to the console. */
  private ClassScores watched(
      String name,
      FineTuning tuning,
      RunCheckpoint run,
      CurveFile curves,
      Function<TrainingListener, ClassScores> training) {
    RunRecording recording = new RunRecording(name, run.config().gate(), seed, curves);
    try (StepProgress progress = new StepProgress(name, tuning.steps(), console)) {
      return training.apply(
          report -> {
            recording.onStep(report);
            progress.onStep(report);
          });
    }
  }
}
