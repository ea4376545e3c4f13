package io.evomoe.run.internal.task;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.internal.text.BucketedBatches;
import io.evomoe.models.internal.text.EncodedPairs;
import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.metrics.ChrF;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.PairBatch;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.result.Measurement.TranslationScores;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TaskRun;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

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
    Split<RowCorpus> pairs = Corpora.open(records(), data, config, notes::add);
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
    LanguageModelConfig size = config.languageModel(tokens);
    StackConfig stack = config.stack(ActivationFunction.RELU);
    return new Transformer(
        new TransformerConfig(
            size.vocabulary(), size.positions(), stack, stack, config.training().labelSmoothing()),
        config.gates(facts),
        config.scope());
  }

  /** Returns the logits of a translation's next token; of the first one if none is written. */
  @Override
  public INDArray lastLogits(
      TrainedModel<Transformer> trained, TaskRun run, int[] ids, int[] written) {
    Transformer model = trained.model();
    int[] before =
        written.length > 0
            ? written
            : new int[] {run.tokenizer().requireSpecial(SpecialTokens.END)};
    return model.nextTokenLogits(
        TokenBatch.of(before.length, before),
        model.encode(TokenBatch.of(ids.length, ids), trained.context()),
        null,
        trained.context());
  }

  @Override
  public Measurement evaluate(
      TrainedModel<Transformer> trained, TaskRun run, EvalRequest request, Consumer<String> said) {
    RowCorpus pairs = pairs(run, request, said);
    EncodedPairs encoded = EncodedPairs.of(pairs, run.tokenizer(), run.config().model().sequence());
    BucketedBatches batches = TranslationData.batches(encoded, run.config());
    List<PairBatch> read = batches.evaluationBatches(request.batches());
    TranslationScores scores = scores(trained, run, pairs, request, read);
    return measure(trained, run, request, batches, "tokens", pairs.name())
        .with(m -> m.translation(scores));
  }

  /**
   * Measures token accuracy, BLEU and chrF, and selects examples.
   *
   * @param read batches for the token accuracy
   */
  private static TranslationScores scores(
      TrainedModel<Transformer> trained,
      TaskRun run,
      RowCorpus pairs,
      EvalRequest request,
      List<PairBatch> read) {
    int count = Math.min(pairs.size(), request.sentences());
    List<String> sources = pairs.column(0).subList(0, count);
    List<String> references = pairs.column(1).subList(0, count);
    List<String> translations =
        new LineTranslator(trained, run.tokenizer(), request.search())
            .translate(sources, line -> {});
    List<TranslationScores.Example> examples = new ArrayList<>();
    int shown = Math.min(request.examples(), count);
    for (int i = 0; i < shown; i++) {
      int example = (int) ((2L * i + 1) * count / (2L * shown));
      examples.add(
          new TranslationScores.Example(
              sources.get(example), references.get(example), translations.get(example)));
    }
    return new TranslationScores(
        accuracy(trained, read),
        count,
        request.search(),
        new Bleu().score(translations, references),
        ChrF.score(translations, references),
        examples);
  }

  /**
   * Returns the share of the target tokens that the decoder predicts from the preceding target
   * tokens.
   */
  private static double accuracy(TrainedModel<Transformer> trained, List<PairBatch> read) {
    long right = 0;
    long all = 0;
    for (PairBatch batch : read) {
      int[] targets = batch.targets();
      int[] named = likeliest(trained, batch);
      for (int s = 0; s < targets.length; s++) {
        right += targets[s] == named[s] ? 1 : 0;
        all += targets[s] >= 0 ? 1 : 0;
      }
    }
    return (double) right / all;
  }

  private static int[] likeliest(TrainedModel<Transformer> trained, PairBatch batch) {
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_TOKEN_ACCURACY")) {
      return trained.model().logits(batch, trained.context()).argMax(1).toIntVector();
    }
  }

  /** Returns the pairs of a request. */
  private static RowCorpus pairs(TaskRun run, EvalRequest request, Consumer<String> said) {
    RunConfig config = run.config();
    Path data = request.data();
    if (data != null) {
      return RowCorpus.read(
          Split.measured(data, request.split(), RecordKind.PAIR, config.data()), said);
    }
    Dataset sources = run.data();
    return Corpora.open(RecordKind.PAIR, sources, config, note -> {})
        .part("split", request.split(), sources.name());
  }

  @Override
  public HubExport export(Transformer model, HubRequest request) {
    return HubExport.of(model, request);
  }
}
