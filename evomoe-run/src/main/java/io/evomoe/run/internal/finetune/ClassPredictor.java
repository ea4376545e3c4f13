package io.evomoe.run.internal.finetune;

import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedTexts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Predicts the classes of texts. The same texts in the same order, {@link #BATCH} at a time, give
 * the same result to the bit. So a fine-tuning measures itself exactly as its classifier does.
 */
public final class ClassPredictor {
  /** Number of texts in a batch. */
  public static final int BATCH = 32;

  private final RobertaClassifier network;
  private final StepContext context;

  /**
   * Creates a predictor.
   *
   * @param context to evaluate in, with the gates' state after the last step
   */
  public ClassPredictor(RobertaClassifier network, StepContext context) {
    this.network = network;
    this.context = context;
  }

  /**
   * The prediction for a text.
   *
   * @param label number of the class with the highest logit, the lowest if equal
   * @param probability predicted probability, in 0..1
   */
  public record Named(int label, double probability) {
    static Named of(double[] logits) {
      int best = 0;
      for (int c = 1; c < logits.length; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      double all = 0;
      for (double logit : logits) {
        all += Math.exp(logit - logits[best]);
      }
      return new Named(best, 1 / all);
    }
  }

  /** Returns texts in the batches for prediction. */
  static List<ClassBatch> batches(ClassifiedTexts texts) {
    return texts.batches(BATCH, 0).evaluationBatches(Integer.MAX_VALUE);
  }

  /** Returns the true classes of all sequences. */
  static int[] labels(List<ClassBatch> batches) {
    return batches.stream().map(ClassBatch::labels).flatMapToInt(Arrays::stream).toArray();
  }

  /**
   * Predicts texts with known classes.
   *
   * @param classes number of classes
   */
  Confusion confusion(List<ClassBatch> batches, int classes) {
    int[] named =
        batches.stream()
            .flatMap(batch -> of(batch.tokens()).stream())
            .mapToInt(Named::label)
            .toArray();
    return Confusion.of(named, labels(batches), classes);
  }

  /** Predicts texts with known classes that are not in batches yet. */
  public Confusion confusion(ClassifiedTexts texts, int classes) {
    return confusion(batches(texts), classes);
  }

  /** Returns the prediction for each sequence. */
  public List<Named> of(TokenBatch texts) {
    List<Named> named = new ArrayList<>();
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_CLASSIFICATION")) {
      for (double[] logits : network.logits(texts, context).toDoubleMatrix()) {
        named.add(Named.of(logits));
      }
    }
    return named;
  }
}
