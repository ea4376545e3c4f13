package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassEvaluationTable;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.internal.finetune.ClassSource;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.result.EvalRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe eval}: a trained model measured on data. */
@Command(
    name = "eval",
    description =
        "Measures a trained model on data: loss and perplexity; of translations also token accuracy,"
            + " BLEU and chrF; of a classifier accuracy, macro-F1 and the scores of each class.",
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {
  private static final List<String> OF_TRANSLATION =
      List.of("--sentences", "--examples", "--beam", "--length-penalty", "--greedy", "--batch");
  private static final List<String> NOT_OF_CLASSIFIERS =
      Stream.concat(Stream.of("--batches", "--top-k"), OF_TRANSLATION.stream()).toList();

  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run, or of finetune; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder as for training, but what has no split of its own is measured as a whole;"
              + " the run's data by default")
  @Nullable Path data;

  @Mixin DataOptions form = new DataOptions();

  @Option(names = "--split", defaultValue = "valid", description = "train, valid (default) or test")
  String split = "valid";

  @Option(
      names = "--batches",
      defaultValue = "64",
      description = "batches for the loss at most; 64 by default")
  int batches = 64;

  @Option(
      names = "--sentences",
      defaultValue = "2000",
      description = "task mt: sentences to translate at most; 2000 by default")
  int sentences = 2000;

  @Option(
      names = "--examples",
      defaultValue = "0",
      description = "task mt: translations to print; 0 by default")
  int examples;

  @Option(
      names = "--top-k",
      description =
          "experts of every token; by default as many as the gate gives it. Gates evomoe and dts take"
              + " any number, topk, top2, switch and softmix their own, and no other gate takes one;"
              + " none does whose prior by the token stays")
  @Nullable Integer topK;

  @Mixin SearchOptions search = new SearchOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (data != null && isGiven("--split") && Files.exists(data) && !SplitFolder.isOne(data)) {
      throw new IllegalArgumentException(
          "--split is a part of the run's data or of a folder that has parts; a %s is measured as a whole, as %s would be"
              .formatted(Files.isDirectory(data) ? "folder without them" : "file", data));
    }
    if (Classifier.isIn(checkpoint)) {
      evaluateClassifier();
      return 0;
    }
    EvalRequest request =
        new EvalRequest(data, split, batches, sentences, examples, search.search(), topK);
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      requireHeard(run.config().task());
      form.requireOf(DataOptions.kind(run.config().task()));
      DataForm usual = run.config().data();
      DataForm asked = asked(usual);
      RunCheckpoint read = run.withConfig(run.config().with(c -> c.data(asked)));
      Tasks.named(run.config().task())
          .evaluate(read, request, System.out::println)
          .lines()
          .forEach(System.out::println);
    }
    return 0;
  }

  private DataForm asked(DataForm usual) {
    DataForm asked = form.form(usual);
    if (data == null && !asked.equals(usual)) {
      throw new IllegalArgumentException(
          "options on the form of data need --data: without it, the run's data is read as it was");
    }
    return asked;
  }

  private void evaluateClassifier() {
    for (String option : NOT_OF_CLASSIFIERS) {
      if (isGiven(option)) {
        throw new IllegalArgumentException(
            "%s is not for a classifier, which %s holds".formatted(option, checkpoint));
      }
    }
    form.requireOf(RecordKind.CLASS);
    try (Classifier classifier = Classifier.open(checkpoint)) {
      DataForm read = asked(TunedFolder.model(checkpoint).data());
      ClassEvaluation evaluation =
          data == null
              ? classifier.evaluate(split)
              : classifier.evaluate(ClassSource.measured(data, split, read, System.out::println));
      System.out.print(ClassEvaluationTable.text(evaluation, StandardOutput.columns()));
    }
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Options that would be left unheard are refused. */
  private void requireHeard(String task) {
    for (String option : OF_TRANSLATION) {
      if (!task.equals(Tasks.TRANSLATION.name()) && isGiven(option)) {
        throw new IllegalArgumentException(
            "%s is for task %s, the run is of %s"
                .formatted(option, Tasks.TRANSLATION.name(), task));
      }
    }
  }
}
