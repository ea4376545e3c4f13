package io.evomoe.run.internal.finetune;

import io.evomoe.models.internal.text.ClassifiedTexts;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Predicts the classes of texts. The same texts in the same order, {@link #BATCH} at a time, give
 * the same result to the bit. So a fine-tuning measures itself exactly as its classifier does.
 *
 * @param context to evaluate in, with the gates' state after the last step
 */
public record ClassPredictor(RobertaClassifier network, StepContext context) {
  /** Number of texts in a batch. */
  public static final int BATCH = 32;

  private static final String WORKSPACE = "EVOMOE_CLASSIFICATION";

  /**
   * The prediction for a text.
   *
   * @param label number of the class with the highest logit, the lowest if equal
   * @param probability predicted probability, in 0..1
   */
  public record Named(int label, double probability) {}

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

  /** Frees the memory that predictions of this thread have reused. */
  public static void freeMemory() {
    Workspaces.free(WORKSPACE);
  }

  /** Returns the prediction for each sequence. */
  public List<Named> of(TokenBatch texts) {
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      INDArray logits = network.logits(texts, context).castTo(DataType.DOUBLE);
      INDArray probabilities = Nd4j.nn().softmax(logits, 1);
      int[] labels = logits.argMax(1).toIntVector();
      return IntStream.range(0, labels.length)
          .mapToObj(s -> new Named(labels[s], probabilities.getDouble(s, labels[s])))
          .toList();
    }
  }
}
