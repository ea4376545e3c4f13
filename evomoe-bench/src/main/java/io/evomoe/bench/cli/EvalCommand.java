package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.report.ClassScoreTable;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.transformer.Search;
import io.evomoe.run.Run;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.result.ChoiceScores;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe eval}: a trained model measured on data. */
@Command(
    name = "eval",
    description = {
      "Measures a trained model.",
      "All tasks: loss and perplexity. Language models: also bits per byte. Translation: also token accuracy, BLEU and chrF. Classifiers: accuracy, macro-F1 and the scores of each class."
    },
    footer = {
      "evomoe eval --checkpoint runs/mine --split test",
      "evomoe eval --checkpoint runs/mine --choices questions.jsonl"
    })
final class EvalCommand implements Runnable {
  private static final String[] OF_TRANSLATION = {
    "--sentences", "--examples", "--beam", "--length-penalty", "--batch"
  };

  private static final String OWN_DATA = "the run's own data is read as in its training";

  @Option(names = "--checkpoint", required = true, description = "run or fine-tuning folder")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder as for train; one without its own split is measured as a whole (default: the run's data)")
  @Nullable Path data;

  @Mixin DataOptions form = new DataOptions();

  @Option(names = "--split", description = "part: train, valid or test")
  String split = "valid";

  @Option(names = "--batches", description = "maximum number of batches for the loss")
  int batches = 64;

  @Option(names = "--sentences", description = "maximum number of sentences to translate")
  int sentences = 2000;

  @Option(names = "--examples", description = "translations to print")
  int examples;

  @Option(
      names = "--experts-per-token",
      description =
          "experts of every token; gates evomoe and dts without a token prior take any number, topk, top2, switch and softmix only their own, other gates none (default: the gate's choice)")
  @Nullable Integer expertsPerToken;

  @Option(
      names = "--choices",
      paramLabel = "FILE",
      description =
          "task gpt: JSONL of questions instead of the data, each {\"prompt\": text, \"choices\": [text, text], \"answer\": index from 0}; a choice follows its prompt as it is")
  @Nullable Path choices;

  @Mixin FieldOptions search = TranslateCommand.search();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    if (data != null && Files.exists(data) && !DataSource.isDivided(data)) {
      String text =
          "is a part of the run's data or of a folder that has parts; a %s is measured as a whole, as %s would be";
      String kind = Files.isDirectory(data) ? "folder without them" : "file";
      CommandText.reject(spec, text.formatted(kind, data), "--split");
    }
    Path file = choices;
    if (file != null) {
      String why = "cannot be given with --choices";
      CommandText.reject(spec, why, "--data", "--split", "--batches");
      CommandText.reject(spec, why, OF_TRANSLATION);
      form.over(DataForm.DEFAULT, false, "questions have one form");
    }
    if (Classifier.isIn(checkpoint)) {
      evaluateClassifier();
      return;
    }
    try (Run<?> run = Run.open(checkpoint)) {
      if (file != null) {
        ChoiceScores scores = run.choices(ChoiceScores.read(file), expertsPerToken);
        scores.lines().forEach(System.out::println);
        return;
      }
      String task = run.config().task();
      if (!task.equals(Tasks.TRANSLATION)) {
        CommandText.reject(spec, "needs a run of task mt, was " + task, OF_TRANSLATION);
      }
      form.requireOf(DataOptions.kind(task));
      DataForm read = form.over(run.config().data(), data != null, OWN_DATA);
      EvalRequest request =
          new EvalRequest(
              data,
              split,
              batches,
              sentences,
              examples,
              search.over(Search.DEFAULT),
              expertsPerToken,
              data == null ? null : read);
      run.evaluate(request, System.out::println).lines().forEach(System.out::println);
    }
  }

  private void evaluateClassifier() {
    String why = "cannot be given for a classifier, " + checkpoint;
    CommandText.reject(spec, why, "--batches", "--experts-per-token", "--choices");
    CommandText.reject(spec, why, OF_TRANSLATION);
    form.requireOf(RecordKind.CLASS);
    try (Classifier classifier = Classifier.open(checkpoint)) {
      DataForm read = form.over(classifier.dataForm(), data != null, OWN_DATA);
      ClassEvaluation evaluation =
          data == null
              ? classifier.evaluate(split)
              : classifier.evaluate(data, split, read, System.out::println);
      System.out.print(ClassScoreTable.text(evaluation, StandardOutput.columns()));
    }
  }
}
