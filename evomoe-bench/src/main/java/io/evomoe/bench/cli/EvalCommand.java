package io.evomoe.bench.cli;

import io.evomoe.bench.task.EvalRequest;
import io.evomoe.bench.task.RunCheckpoint;
import io.evomoe.bench.task.Tasks;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe eval}: a trained model measured on data. */
@Command(
    name = "eval",
    description =
        "Measures a trained model on data: loss and perplexity; of translations also token accuracy,"
            + " BLEU and chrF.",
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {
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

  @Mixin SearchOptions search = new SearchOptions();

  @Override
  public Integer call() {
    EvalRequest request =
        new EvalRequest(data, split, batches, sentences, examples, search.search());
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      Tasks.named(run.config().task()).evaluate(run, request).forEach(System.out::println);
    }
    return 0;
  }
}
