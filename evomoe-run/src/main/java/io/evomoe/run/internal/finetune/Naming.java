package io.evomoe.run.internal.finetune;

import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedBatches;
import io.evomoe.models.text.classes.ClassifiedTexts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.Workspaces;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Names the classes of texts. Whoever gives it the same texts in the same order, {@link #BATCH} at
 * a time, is told the same to the bit: a fine-tuning that measures itself, and the classifier that
 * it leaves.
 */
public final class Naming {
  /** Texts that are read together. */
  public static final int BATCH = 32;

  private final RobertaClassifier network;
  private final StepContext context;

  /**
   * A naming.
   *
   * @param context to evaluate in, as the gates were after the last step
   */
  public Naming(RobertaClassifier network, StepContext context) {
    this.network = network;
    this.context = context;
  }

  /**
   * What a text was named.
   *
   * @param label number of the class with the highest logit, the lowest of equal ones
   * @param probability that the network gives it, in 0..1
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

  /** Texts in the batches in which they are named. */
  static List<ClassBatch> batches(ClassifiedTexts texts) {
    return new ClassifiedBatches(texts, BATCH, 0).evaluationBatches(Integer.MAX_VALUE);
  }

  /** The right classes of all sequences. */
  static int[] labels(List<ClassBatch> batches) {
    return batches.stream().map(ClassBatch::labels).flatMapToInt(Arrays::stream).toArray();
  }

  /**
   * Names texts whose classes are known.
   *
   * @param classes number of them
   */
  Confusion confusion(List<ClassBatch> batches, int classes) {
    int[] named =
        batches.stream()
            .flatMap(batch -> of(batch.tokens()).stream())
            .mapToInt(Named::label)
            .toArray();
    return Confusion.of(named, labels(batches), classes);
  }

  /** The same of texts that are in no batches yet. */
  public Confusion confusion(ClassifiedTexts texts, int classes) {
    return confusion(batches(texts), classes);
  }

  /** Of each sequence. */
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
