package io.evomoe.run.task;

import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.metrics.ChrF;
import io.evomoe.models.text.pairs.BucketedBatches;
import io.evomoe.models.text.pairs.EncodedPairs;
import io.evomoe.models.text.pairs.PairBatch;
import io.evomoe.models.text.pairs.PairCorpus;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.Workspaces;
import io.evomoe.training.Evaluation;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/** How well a trained model translates: loss and token accuracy, BLEU and chrF, and examples. */
final class TranslationQuality {
  private final RunCheckpoint run;
  private final TrainedModel<Transformer> trained;

  TranslationQuality(RunCheckpoint run, TrainedModel<Transformer> trained) {
    this.run = run;
    this.trained = trained;
  }

  List<String> lines(PairCorpus pairs, EvalRequest request) {
    List<String> lines = new ArrayList<>();
    lines.add(loss(pairs, request.batches()));
    int count = Math.min(pairs.size(), request.sentences());
    List<String> sources = pairs.sources().subList(0, count);
    List<String> references = pairs.targets().subList(0, count);
    List<String> translations =
        new LineTranslator(trained, run.tokenizer(), request.search()).translate(sources);
    lines.add(
        "%,d sentences, beam %d, length penalty %s:"
            .formatted(count, request.search().beam(), request.search().lengthPenalty()));
    lines.add(new Bleu().score(translations, references).text());
    lines.add("chrF|%s = %.1f".formatted(ChrF.signature(), ChrF.score(translations, references)));
    for (int i = 0; i < Math.min(request.examples(), count); i++) {
      int example = (int) ((2L * i + 1) * count / (2L * request.examples()));
      lines.add("");
      lines.add("source:      " + sources.get(example));
      lines.add("reference:   " + references.get(example));
      lines.add("translation: " + translations.get(example));
    }
    return List.copyOf(lines);
  }

  private String loss(PairCorpus pairs, int batches) {
    EncodedPairs encoded = EncodedPairs.of(pairs, run.tokenizer(), run.config().model().sequence());
    BucketedBatches all = TranslationTask.batches(encoded, run.config());
    List<PairBatch> read = all.evaluationBatches(batches);
    double loss = new Evaluation<>(trained.model(), read).loss(trained.moment()).orElseThrow();
    int counted = read.stream().mapToInt(PairBatch::countedTargets).sum();
    return "%s on %,d tokens, %s, of %s: loss %.4f nats, perplexity %.2f, token accuracy %.1f%%"
        .formatted(
            run.name(),
            counted,
            all.evaluationShare(batches).text(),
            pairs.name(),
            loss,
            Math.exp(loss),
            100 * accuracy(read));
  }

  /** Share of the target tokens that the decoder, reading those before, holds for the likeliest. */
  private double accuracy(List<PairBatch> read) {
    long right = 0;
    long all = 0;
    for (PairBatch batch : read) {
      int[] targets = batch.targets();
      int[] named = likeliest(batch);
      for (int s = 0; s < targets.length; s++) {
        right += targets[s] == named[s] ? 1 : 0;
        all += targets[s] >= 0 ? 1 : 0;
      }
    }
    return (double) right / all;
  }

  private int[] likeliest(PairBatch batch) {
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_TOKEN_ACCURACY")) {
      return trained.model().logits(batch, trained.moment()).argMax(1).toIntVector();
    }
  }
}
