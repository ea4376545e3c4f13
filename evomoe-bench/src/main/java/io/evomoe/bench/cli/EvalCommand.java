package io.evomoe.bench.cli;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.result.EvalRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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
            + " BLEU and chrF.",
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {
  private static final List<String> OF_TRANSLATION =
      List.of("--sentences", "--examples", "--beam", "--length-penalty", "--greedy", "--batch");

  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder as for training, but a file of text is read as a whole; the run's data by"
              + " default")
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
              + " any number, topk, top2, switch and softmix their own, and no other gate takes one")
  @Nullable Integer topK;

  @Mixin SearchOptions search = new SearchOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    EvalRequest request =
        new EvalRequest(data, split, batches, sentences, examples, search.search(), topK);
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      requireHeard(run.config().task());
      DataForm usual = run.config().data();
      DataForm asked = form.form(usual);
      if (data == null && !asked.equals(usual)) {
        throw new IllegalArgumentException(
            "options on the form of data need --data: without it, the run's data is read as it was");
      }
      RunCheckpoint read = run.withConfig(run.config().with(c -> c.data(asked)));
      Tasks.named(run.config().task()).evaluate(read, request).lines().forEach(System.out::println);
    }
    return 0;
  }

  /** Options that would be left unheard are refused. */
  private void requireHeard(String task) {
    for (String option : OF_TRANSLATION) {
      if (!task.equals(Tasks.TRANSLATION.name())
          && spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(
            "%s is for task %s, the run is of %s"
                .formatted(option, Tasks.TRANSLATION.name(), task));
      }
    }
  }
}
