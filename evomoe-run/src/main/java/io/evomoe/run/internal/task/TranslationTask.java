package io.evomoe.run.internal.task;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.pairs.BucketedBatches;
import io.evomoe.models.text.pairs.EncodedPairs;
import io.evomoe.models.text.pairs.PairBatch;
import io.evomoe.models.text.pairs.PairCorpus;
import io.evomoe.models.text.pairs.SentencePair;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.TransformerConfig;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.run.result.TranslationScores;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskRun;
import io.evomoe.run.task.TokenizerSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Translation of sentences with a Transformer and a joint tokenizer. */
public final class TranslationTask extends Task<PairBatch, Transformer> {

  /** Creates the task; called by the service loader. */
  public TranslationTask() {
    super("mt", Map.of(Architecture.GPT, Transformer.class), true, List.of("lohelp"));
  }

  @Override
  public RecordKind records() {
    return RecordKind.PAIR;
  }

  @Override
  public TaskData<PairBatch, Transformer> read(
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizer,
      Path folder,
      TextProgress progress) {
    List<String> notes = new ArrayList<>();
    Split<PairCorpus> pairs = open(data, config.split(), config.data(), notes::add);
    Tokenizer encoding =
        tokenizer.tokenizer(
            () -> pairs.train().texts(),
            config.model().vocabulary(),
            SpecialTokens.ROBERTA,
            progress);
    return new TranslationData(this, pairs, notes, encoding, config.model().sequence(), progress);
  }

  @Override
  public Transformer fresh(RunConfig config, int tokens, TrainingFacts facts) {
    EmbeddingSize embedding = config.embedding(tokens);
    StackConfig stack = config.stack(ActivationFunction.RELU);
    return new Transformer(
        new TransformerConfig(
            embedding.vocabulary(),
            embedding.positions(),
            stack,
            stack,
            config.training().labelSmoothing()),
        config.gates(facts),
        config.scope());
  }

  /** Returns the logits of a translation's next token; of the first one if none is written. */
  @Override
  public double[] lastLogits(
      TrainedModel<Transformer> trained, TaskRun run, int[] ids, int[] written) {
    Transformer model = trained.model();
    int[] before =
        written.length > 0
            ? written
            : new int[] {run.tokenizer().requireSpecial(SpecialTokens.END)};
    return LogitRows.first(
        () ->
            model.nextTokenLogits(
                TokenBatch.of(before.length, before),
                model.encode(TokenBatch.of(ids.length, ids), trained.context()),
                null,
                trained.context()));
  }

  @Override
  public Measurement evaluate(
      TrainedModel<Transformer> trained, TaskRun run, EvalRequest request, Consumer<String> said) {
    PairCorpus pairs = pairs(run, request, said);
    EncodedPairs encoded = EncodedPairs.of(pairs, run.tokenizer(), run.config().model().sequence());
    BucketedBatches batches = TranslationData.batches(encoded, run.config());
    List<PairBatch> read = batches.evaluationBatches(request.batches());
    TranslationScores scores = new TranslationQuality(run, trained).scores(pairs, request, read);
    return measure(trained, run, request, batches, "tokens", pairs.name())
        .with(m -> m.translation(scores));
  }

  /** Returns the pairs of a request. */
  private static PairCorpus pairs(TaskRun run, EvalRequest request, Consumer<String> said) {
    RunConfig config = run.config();
    Path data = request.data();
    if (data != null) {
      return PairCorpus.read(
          Split.measured(data, request.split(), RecordKind.PAIR, config.data()), said);
    }
    Dataset sources = run.data();
    return open(sources, config.split(), config.data(), note -> {})
        .part("split", request.split(), sources.name());
  }

  private static Split<PairCorpus> open(
      Dataset all, HeldOut heldOut, DataForm form, Consumer<String> said) {
    if (!all.paths().isEmpty()) {
      return PairCorpus.open(all.paths(), heldOut, form, said);
    }
    return all.validation()
        .map(valid -> new Split<>(corpus(all), corpus(valid)))
        .orElseGet(() -> corpus(all).divide(heldOut));
  }

  private static PairCorpus corpus(Dataset data) {
    List<SentencePair> pairs = new ArrayList<>();
    data.read(
        row -> {
          if (row.size() != 2) {
            throw new IllegalArgumentException(
                "a row of %s must be a source and its translation, has %d values"
                    .formatted(data.name(), row.size()));
          }
          pairs.add(new SentencePair(row.get(0), row.get(1)));
        });
    return new PairCorpus(data.name(), pairs);
  }

  @Override
  public HubExport export(Transformer model, HubRequest request) {
    if (request.family().isPresent()) {
      throw new IllegalArgumentException(
          "no family holds an encoder-decoder of this project: leave out the family, was "
              + request.family().get());
    }
    return HubExport.of(model, request.gate());
  }
}
