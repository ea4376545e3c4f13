package io.evomoe.run.task;

import io.evomoe.models.hub.HubExport;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenizerFolder;
import io.evomoe.models.text.pairs.PairCorpus;
import io.evomoe.models.text.pairs.PairSplit;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.LearningRate.Decay;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Machine translation. */
public final class TranslationKind implements TaskKind {
  /** Name of the task. */
  public static final String NAME = "mt";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Transformer, translation of sentences";
  }

  @Override
  public Class<Transformer> modelType() {
    return Transformer.class;
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
            new ModelConfig(2, 64, 256, 2, 4, 2, 1000, 64, 0),
            translation(400, 16, 4e-3, Decay.INVERSE_SQRT)
                .with(t -> t.evalEvery(40).evalBatches(8))),
        // An hour a gate on two cores: large enough to translate the sentences that are shipped.
        // The settings of the run whose BLEU the README gives.
        new Preset(
            "small",
            new ModelConfig(3, 256, 1024, 4, 4, 2, 4000, 128, 0.1),
            translation(2600, 16, 1.5e-3, Decay.COSINE)
                .with(t -> t.evalEvery(200).evalBatches(16))
                .with(t -> t.checkpointEvery(500))),
        // The paper's size with the vocabulary of Vaswani et al. 2017.
        new Preset(
            "base",
            new ModelConfig(6, 512, 2048, 8, 4, 2, 37000, 256, 0.1),
            translation(100_000, 98, 7e-4, Decay.INVERSE_SQRT)
                .with(t -> t.evalEvery(1000).evalBatches(32))
                .with(t -> t.checkpointEvery(500))));
  }

  /**
   * As in Vaswani et al. 2017, sections 5.3 and 5.4, where nothing else is said: a warm-up of a
   * tenth of the steps (theirs decays with the inverse square root then), Adam with 0.9 and 0.98,
   * label smoothing 0.1; weight decay 0.01 and gradients clipped to 1, which they did without.
   *
   * @param batch a batch has at most so many times the longest sentence's tokens
   */
  static TrainingConfig translation(long steps, int batch, double learningRate, Decay decay) {
    return TrainingConfig.defaults(steps)
        .with(t -> t.batch(batch).learningRate(learningRate).decay(decay).floorShare(0))
        .with(t -> t.beta2(0.98).weightDecay(0.01).labelSmoothing(0.1));
  }

  @Override
  public List<String> shippedData() {
    return List.of("lohelp");
  }

  @Override
  public TranslationTask prepare(
      List<Path> data, RunConfig config, Path tokenizerFolder, TextProgress progress) {
    PairSplit pairs = PairSplit.open(one(data), config.split());
    int vocabulary = config.model().vocabulary();
    BpeTokenizer tokenizer =
        TokenizerFolder.train(
            pairs.train().texts(), vocabulary, tokenizerFolder, SpecialTokens.ROBERTA, progress);
    return new TranslationTask(pairs, tokenizer, config.model().sequence(), progress);
  }

  @Override
  public TranslationTask open(
      List<Path> data, RunConfig config, BpeTokenizer tokenizer, TextProgress progress) {
    PairSplit pairs = PairSplit.open(one(data), config.split());
    return new TranslationTask(pairs, tokenizer, config.model().sequence(), progress);
  }

  @Override
  public ParameterTotal parameters(RunConfig config, int vocabulary) {
    ParameterCount count = new ParameterCount(config, vocabulary);
    int moeLayers = 2 * (config.model().layers() / config.model().moeEvery());
    ParameterTotal encoder = count.stack(1, moeLayers, false).plus(count.norm());
    ParameterTotal decoder = count.stack(2, moeLayers, true).plus(count.norm());
    return count.embedding(config.embedding(vocabulary).vocabulary()).plus(encoder).plus(decoder);
  }

  /** The model of a run, with its checkpoint loaded. */
  public static TrainedModel<Transformer> load(RunCheckpoint run) {
    return run.load(TranslationTask.model(run.config(), run.vocabulary(), run.facts()));
  }

  @Override
  public void check(RunConfig config) {
    config.requirePlainEmbedding();
  }

  @Override
  public Transformer fresh(RunConfig config, int tokens, TrainingFacts facts) {
    return TranslationTask.model(config, tokens, facts);
  }

  @Override
  public TrainedModel<Transformer> trained(RunCheckpoint run) {
    return load(run);
  }

  @Override
  public double[] lastLogits(RunCheckpoint run, int[] ids, int[] targets) {
    TrainedModel<Transformer> trained = load(run);
    Transformer model = trained.model();
    int[] written =
        targets.length > 0
            ? targets
            : new int[] {run.tokenizer().requireSpecial(SpecialTokens.END)};
    return LanguageModels.row(
        () ->
            model.nextTokenLogits(
                TokenBatch.of(written.length, written),
                model.encode(TokenBatch.of(ids.length, ids), trained.moment()),
                null,
                trained.moment()));
  }

  @Override
  public HubExport export(RunCheckpoint run) {
    return HubExport.of(load(run).model(), run.config().gate());
  }

  @Override
  public Measurement evaluate(RunCheckpoint run, EvalRequest request) {
    Path data = request.data();
    List<Path> sources = data == null ? run.data(List.of()) : List.of(data);
    Path source = one(sources);
    HeldOut heldOut = Files.isDirectory(source) ? HeldOut.DEFAULT : run.config().split();
    PairCorpus pairs = part(PairSplit.open(source, heldOut), request.split(), sources);
    return new TranslationQuality(run, load(run)).measure(pairs, request);
  }

  private static PairCorpus part(PairSplit pairs, String split, List<Path> sources) {
    return switch (split) {
      case "train" -> pairs.train();
      case "valid" -> pairs.valid();
      default ->
          pairs
              .test()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "split must be train or valid, was %s, and %s has no such part"
                              .formatted(split, sources.get(0))));
    };
  }

  private static Path one(List<Path> data) {
    if (data.size() != 1) {
      throw new IllegalArgumentException(
          "--data must be given once for task %s, was %s".formatted(NAME, data));
    }
    return data.get(0);
  }
}
