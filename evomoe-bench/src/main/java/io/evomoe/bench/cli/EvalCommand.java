package io.evomoe.bench.cli;

import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.RunFolder;
import io.evomoe.bench.run.TrainedGpt;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.training.Evaluation;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe eval}: the loss of a trained model on text. */
@Command(
    name = "eval",
    description = "Measures a trained model on text.",
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description = "text file, read as a whole; the run's held-out text by default")
  @Nullable Path data;

  @Option(names = "--batches", defaultValue = "64", description = "batches at most; 64 by default")
  int batches = 64;

  @Override
  public Integer call() {
    RunFolder folder = RunFolder.open(checkpoint);
    RunConfig config = folder.config();
    Checkpoint saved = folder.latest();
    try (BpeTokenizer tokenizer = folder.tokenizer()) {
      TokenStream text = TokenStream.of(text(saved), tokenizer);
      List<LanguageBatch> read =
          new PackedBatches(
                  text, config.model().sequence(), config.training().batch(), config.seed())
              .evaluationBatches(batches);
      TrainedGpt trained = TrainedGpt.load(config, tokenizer, saved);
      double loss = new Evaluation<>(trained.model(), read).loss(trained.context()).orElseThrow();
      int tokens = read.stream().mapToInt(LanguageBatch::countedTargets).sum();
      System.out.printf(
          "%s after step %d on %,d tokens of %s: loss %.4f nats, perplexity %.2f%n",
          config.gate(), saved.progress().step(), tokens, text.name(), loss, Math.exp(loss));
    }
    return 0;
  }

  private TextCorpus text(Checkpoint saved) {
    if (data == null) {
      return TextSplit.open(RunFolder.data(saved)).valid();
    }
    return Files.isDirectory(data) ? TextSplit.open(data).valid() : TextCorpus.read(data);
  }
}
