package io.evomoe.bench.task;

import io.evomoe.bench.run.ModelSize;
import io.evomoe.bench.run.Preset;
import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.RunFolder;
import io.evomoe.bench.run.TrainingSettings;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.TokenizerFolder;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.training.Evaluation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Causal language modelling. */
public final class GptKind implements TaskKind {
  /** Name of the task. */
  public static final String NAME = "gpt";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "GPT, causal language modelling of text";
  }

  @Override
  public boolean causal() {
    return true;
  }

  @Override
  public List<Preset> presets() {
    return List.of(
        // Seconds a gate on two cores: to see that all is well.
        new Preset(
            "quick",
            new ModelSize(2, 64, 256, 2, 4, 2, 512, 64, 0),
            TrainingSettings.defaults(240, 16, 4e-3).withEvaluation(40, 8)),
        // A minute or two a gate on two cores: large enough to tell gates apart.
        new Preset(
            "small",
            new ModelSize(4, 128, 512, 4, 8, 2, 2048, 128, 0),
            TrainingSettings.defaults(500, 16, 3e-3).withEvaluation(50, 8)),
        // The paper's size with the vocabulary of GPT-2.
        new Preset(
            "base",
            new ModelSize(24, 1024, 4096, 16, 16, 2, 50257, 512, 0.1),
            TrainingSettings.defaults(100_000, 8, 3e-4).withEvaluation(1000, 32)));
  }

  @Override
  public List<String> shippedData() {
    return List.of("sotu");
  }

  @Override
  public GptTask prepare(List<Path> data, RunConfig config, Path tokenizerFolder) {
    TextSplit text = OneSource.of(data, NAME, TextSplit::open);
    return new GptTask(
        text, TokenizerFolder.train(text.train(), config.model().vocabulary(), tokenizerFolder));
  }

  @Override
  public GptTask open(List<Path> data, RunConfig config, BpeTokenizer tokenizer) {
    return new GptTask(OneSource.of(data, NAME, TextSplit::open), tokenizer);
  }

  /** The model of a run, with its newest checkpoint loaded. */
  public static TrainedModel<Gpt> load(RunCheckpoint run) {
    RunConfig config = run.config();
    TrainingFacts facts = TrainingFacts.ofSteps(config.training().steps());
    return run.load(GptTask.model(config, run.tokenizer().vocabularySize(), facts));
  }

  @Override
  public List<String> evaluate(RunCheckpoint run, EvalRequest request) {
    RunConfig config = run.config();
    TokenStream text = TokenStream.of(text(run, request), run.tokenizer());
    List<LanguageBatch> read =
        new PackedBatches(text, config.model().sequence(), config.training().batch(), config.seed())
            .evaluationBatches(request.batches());
    TrainedModel<Gpt> trained = load(run);
    double loss = new Evaluation<>(trained.model(), read).loss(trained.moment()).orElseThrow();
    int tokens = read.stream().mapToInt(LanguageBatch::countedTargets).sum();
    return List.of(
        "%s on %,d tokens of %s: loss %.4f nats, perplexity %.2f"
            .formatted(run.name(), tokens, text.name(), loss, Math.exp(loss)));
  }

  private TextCorpus text(RunCheckpoint run, EvalRequest request) {
    Path data = request.data();
    if (data == null) {
      return OneSource.of(RunFolder.data(run.checkpoint()), NAME, TextSplit::open).valid();
    }
    return Files.isDirectory(data) ? TextSplit.open(data).valid() : TextCorpus.read(data);
  }
}
