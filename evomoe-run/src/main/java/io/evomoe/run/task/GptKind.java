package io.evomoe.run.task;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.TokenizerFolder;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.TrainingConfig;
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
  public Class<Gpt> modelType() {
    return Gpt.class;
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
            new ModelConfig(2, 64, 256, 2, 4, 2, 512, 64, 0),
            TrainingConfig.defaults(240)
                .with(t -> t.batch(16).learningRate(4e-3))
                .with(t -> t.evalEvery(40).evalBatches(8))),
        // A minute or two a gate on two cores: large enough to tell gates apart.
        new Preset(
            "small",
            new ModelConfig(4, 128, 512, 4, 8, 2, 2048, 128, 0),
            TrainingConfig.defaults(500)
                .with(t -> t.batch(16).learningRate(3e-3))
                .with(t -> t.evalEvery(50).evalBatches(8))),
        // The paper's size with the vocabulary of GPT-2.
        new Preset(
            "base",
            new ModelConfig(24, 1024, 4096, 16, 16, 2, 50257, 512, 0.1),
            TrainingConfig.defaults(100_000)
                .with(t -> t.batch(8).learningRate(3e-4))
                .with(t -> t.evalEvery(1000).evalBatches(32))
                .with(t -> t.checkpointEvery(500))));
  }

  @Override
  public List<String> shippedData() {
    return List.of("sotu");
  }

  @Override
  public GptTask prepare(
      List<Path> data, RunConfig config, Path tokenizerFolder, TextProgress progress) {
    TextSplit text = TextSources.open(data, config.split());
    BpeTokenizer tokenizer =
        TokenizerFolder.train(
            text.train(),
            config.model().vocabulary(),
            tokenizerFolder,
            SpecialTokens.GPT,
            progress);
    return new GptTask(text, tokenizer, progress);
  }

  @Override
  public GptTask open(
      List<Path> data, RunConfig config, BpeTokenizer tokenizer, TextProgress progress) {
    return new GptTask(TextSources.open(data, config.split()), tokenizer, progress);
  }

  @Override
  public ParameterTotal parameters(RunConfig config, int vocabulary) {
    ParameterCount count = new ParameterCount(config, vocabulary);
    int moeLayers = config.model().layers() / config.model().moeEvery();
    EmbeddingSize size = config.embedding(vocabulary);
    return count
        .embedding(size.vocabulary())
        .plus(count.embedding(size.positions()))
        .plus(count.stack(1, moeLayers, true))
        .plus(count.norm());
  }

  /** The model of a run, with its checkpoint loaded. */
  public static TrainedModel<Gpt> load(RunCheckpoint run) {
    return run.load(GptTask.model(run.config(), run.vocabulary(), run.facts()));
  }

  @Override
  public void check(RunConfig config) {
    config.requirePlainEmbedding();
  }

  @Override
  public Gpt fresh(RunConfig config, int tokens, TrainingFacts facts) {
    return GptTask.model(config, tokens, facts);
  }

  @Override
  public TrainedModel<Gpt> trained(RunCheckpoint run) {
    return load(run);
  }

  @Override
  public double[] lastLogits(RunCheckpoint run, int[] ids, int[] targets) {
    LanguageModels.requireNoTargets(targets, NAME);
    TrainedModel<Gpt> trained = load(run);
    return LanguageModels.row(
        () -> trained.model().nextTokenLogits(TokenBatch.of(ids.length, ids), trained.moment()));
  }

  @Override
  public HubExport export(RunCheckpoint run) {
    return run.export(load(run).model());
  }

  @Override
  public Measurement evaluate(RunCheckpoint run, EvalRequest request) {
    TokenStream text = TokenStream.of(LanguageModels.text(run, request), run.tokenizer());
    PackedBatches batches = GptTask.batches(text, run.config());
    return LanguageModels.measure(
        run,
        load(run),
        batches.evaluationBatches(request.batches()),
        batches.evaluationShare(request.batches()),
        "tokens",
        text.name());
  }
}
