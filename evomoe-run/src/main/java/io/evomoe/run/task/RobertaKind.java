package io.evomoe.run.task;

import io.evomoe.models.hub.HubExport;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.MaskedBatches;
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

/** Masked language modelling, to be fine-tuned. */
public final class RobertaKind implements TaskKind {
  /** Name of the task. */
  public static final String NAME = "roberta";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "RoBERTa, masked language modelling of text";
  }

  @Override
  public Class<Roberta> modelType() {
    return Roberta.class;
  }

  @Override
  public boolean causal() {
    return false;
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
        // Ten minutes a gate on two cores: large enough to be worth fine-tuning. Only a sixth of
        // the
        // tokens are targets, so it takes many of them until the model looks beyond their
        // frequencies: here some 1,300 steps, and not within 2,000 steps of 16 sequences of 128.
        new Preset(
            "small",
            new ModelConfig(4, 128, 512, 4, 8, 2, 4096, 32, 0),
            TrainingConfig.defaults(3000)
                .with(t -> t.batch(128).learningRate(2e-3))
                .with(t -> t.evalEvery(250).evalBatches(16))
                .with(t -> t.checkpointEvery(500))),
        // The paper's size with the vocabulary of RoBERTa.
        new Preset(
            "base",
            new ModelConfig(24, 1024, 4096, 16, 16, 2, 50265, 512, 0.1),
            TrainingConfig.defaults(100_000)
                .with(t -> t.batch(8).learningRate(3e-4))
                .with(t -> t.evalEvery(1000).evalBatches(32))
                .with(t -> t.checkpointEvery(500))));
  }

  @Override
  public List<String> shippedData() {
    return List.of("sotu", "wordnet");
  }

  @Override
  public RobertaTask prepare(
      List<Path> data, RunConfig config, Path tokenizerFolder, TextProgress progress) {
    TextSplit text = TextSources.open(data, config.split());
    int vocabulary = config.model().vocabulary();
    return new RobertaTask(
        text,
        TokenizerFolder.train(
            text.train(), vocabulary, tokenizerFolder, SpecialTokens.ROBERTA, progress),
        progress);
  }

  @Override
  public RobertaTask open(
      List<Path> data, RunConfig config, BpeTokenizer tokenizer, TextProgress progress) {
    return new RobertaTask(TextSources.open(data, config.split()), tokenizer, progress);
  }

  @Override
  public ParameterTotal parameters(RunConfig config, int vocabulary) {
    ParameterCount count = new ParameterCount(config, vocabulary);
    int width = config.model().width();
    int moeLayers = config.model().layers() / config.model().moeEvery();
    EmbeddingSize size = config.embedding(vocabulary);
    ParameterTotal head =
        ParameterTotal.linear(width, width)
            .plus(count.norm())
            .plus(ParameterTotal.array(size.vocabulary()));
    return count
        .embedding(size.vocabulary())
        .plus(count.embedding(size.positions() + size.positionOffset()))
        .plus(count.embedding(size.tokenTypes()))
        .plus(count.norm())
        .plus(count.stack(1, moeLayers, false))
        .plus(head);
  }

  @Override
  public Roberta fresh(RunCheckpoint run) {
    return RobertaTask.model(run.config(), run.vocabulary(), run.facts());
  }

  @Override
  public void check(RunConfig config) {}

  @Override
  public Roberta fresh(RunConfig config, int tokens, TrainingFacts facts) {
    return RobertaTask.model(config, tokens, facts);
  }

  @Override
  public TrainedModel<Roberta> trained(RunCheckpoint run) {
    return run.load(fresh(run));
  }

  /** Reads padding tokens as padding, which nothing else sees. */
  @Override
  public double[] lastLogits(RunCheckpoint run, int[] ids, int[] targets) {
    LanguageModels.requireNoTargets(targets, NAME);
    TrainedModel<Roberta> trained = trained(run);
    int padding = padding(run);
    boolean[] hidden = new boolean[ids.length];
    for (int s = 0; s < ids.length; s++) {
      hidden[s] = ids[s] == padding;
    }
    TokenBatch read = new TokenBatch(ids.length, ids, hidden);
    return LanguageModels.row(
        () -> trained.model().logits(read, new int[] {ids.length - 1}, trained.moment()));
  }

  private static int padding(RunCheckpoint run) {
    int offset = run.config().architecture().positionOffset();
    return offset > 0 ? offset - 1 : run.tokenizer().requireSpecial(SpecialTokens.PADDING);
  }

  @Override
  public HubExport export(RunCheckpoint run) {
    return run.export(trained(run).model());
  }

  @Override
  public Measurement evaluate(RunCheckpoint run, EvalRequest request) {
    RunConfig config = run.config();
    TokenStream text = TokenStream.of(LanguageModels.text(run, request), run.tokenizer());
    MaskedBatches batches =
        new MaskedBatches(
            text,
            run.tokenizer(),
            config.model().sequence(),
            config.training().batch(),
            config.seed());
    return LanguageModels.measure(
        run,
        trained(run),
        batches.evaluationBatches(request.batches()),
        batches.evaluationShare(request.batches()),
        "masked tokens",
        text.name());
  }
}
