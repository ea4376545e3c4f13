package io.evomoe.bench.task;

import io.evomoe.bench.run.ModelSize;
import io.evomoe.bench.run.Preset;
import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.TrainingSettings;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.MaskedBatches;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.TokenizerFolder;
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
  public boolean causal() {
    return false;
  }

  @Override
  public List<Preset> presets() {
    return List.of(
        // Seconds a gate on two cores: to see that all is well.
        new Preset(
            "quick",
            new ModelSize(2, 64, 256, 2, 4, 2, 512, 64, 0),
            TrainingSettings.defaults(240, 16, 4e-3).withEvaluation(40, 8)),
        // Minutes a gate on two cores: large enough to be worth fine-tuning.
        new Preset(
            "small",
            new ModelSize(4, 128, 512, 4, 8, 2, 4096, 128, 0.1),
            TrainingSettings.defaults(2000, 16, 2e-3).withEvaluation(200, 16)),
        // The paper's size with the vocabulary of RoBERTa.
        new Preset(
            "base",
            new ModelSize(24, 1024, 4096, 16, 16, 2, 50265, 512, 0.1),
            TrainingSettings.defaults(100_000, 8, 3e-4).withEvaluation(1000, 32)));
  }

  @Override
  public List<String> shippedData() {
    return List.of("sotu", "wordnet");
  }

  @Override
  public RobertaTask prepare(List<Path> data, RunConfig config, Path tokenizerFolder) {
    TextSplit text = TextSources.open(data);
    int vocabulary = config.model().vocabulary();
    return new RobertaTask(
        text,
        TokenizerFolder.train(text.train(), vocabulary, tokenizerFolder, SpecialTokens.ROBERTA));
  }

  @Override
  public RobertaTask open(List<Path> data, RunConfig config, BpeTokenizer tokenizer) {
    return new RobertaTask(TextSources.open(data), tokenizer);
  }

  @Override
  public long parameters(RunConfig config, int vocabulary) {
    ParameterCount count = new ParameterCount(config, vocabulary);
    int width = config.model().width();
    int moeLayers = config.model().layers() / config.model().moeEvery();
    long head = ParameterCount.linear(width, width) + count.norm() + vocabulary;
    return count.embedding(vocabulary)
        + count.embedding(config.model().sequence())
        + count.norm()
        + count.stack(1, moeLayers, false)
        + head;
  }

  @Override
  public Roberta fresh(RunCheckpoint run) {
    return RobertaTask.model(run.config(), run.tokenizer().vocabularySize(), run.facts());
  }

  @Override
  public List<String> evaluate(RunCheckpoint run, EvalRequest request) {
    RunConfig config = run.config();
    TokenStream text = TokenStream.of(LanguageModels.text(run, request), run.tokenizer());
    MaskedBatches batches =
        new MaskedBatches(
            text,
            run.tokenizer(),
            config.model().sequence(),
            config.training().batch(),
            config.seed());
    return List.of(
        LanguageModels.line(
            run,
            run.load(fresh(run)),
            batches.evaluationBatches(request.batches()),
            "masked tokens",
            text.name()));
  }
}
