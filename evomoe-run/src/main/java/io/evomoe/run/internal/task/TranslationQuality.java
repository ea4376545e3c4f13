package io.evomoe.run.internal.task;

import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.metrics.ChrF;
import io.evomoe.models.text.pairs.PairBatch;
import io.evomoe.models.text.pairs.PairCorpus;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.Workspaces;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.run.result.TranslationScores;
import io.evomoe.run.task.TaskRun;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/** Measures a translation model: token accuracy, BLEU and chrF, and examples. */
final class TranslationQuality {
  private final TaskRun run;
  private final TrainedModel<Transformer> trained;

  TranslationQuality(TaskRun run, TrainedModel<Transformer> trained) {
    this.run = run;
    this.trained = trained;
  }

  /**
   * Measures.
   *
   * @param read batches for the token accuracy
   */
  TranslationScores scores(PairCorpus pairs, EvalRequest request, List<PairBatch> read) {
    int count = Math.min(pairs.size(), request.sentences());
    List<String> sources = pairs.sources().subList(0, count);
    List<String> references = pairs.targets().subList(0, count);
    List<String> translations =
        new LineTranslator(trained, run.tokenizer(), request.search()).translate(sources);
    List<TranslationScores.Example> examples = new ArrayList<>();
    int shown = Math.min(request.examples(), count);
    for (int i = 0; i < shown; i++) {
      int example = (int) ((2L * i + 1) * count / (2L * shown));
      examples.add(
          new TranslationScores.Example(
              sources.get(example), references.get(example), translations.get(example)));
    }
    return new TranslationScores(
        accuracy(read),
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
      return trained.model().logits(batch, trained.context()).argMax(1).toIntVector();
    }
  }
}
