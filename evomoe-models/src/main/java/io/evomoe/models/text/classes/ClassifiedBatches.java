package io.evomoe.models.text.classes;

import io.evomoe.models.text.EncodedTexts;
import io.evomoe.models.text.EpochOrder;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TokenFrequencies;
import io.evomoe.training.BatchSource;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches of classified texts, each padded to its longest. Every epoch visits every text once, in
 * an order of its own; a batch may reach from one epoch into the next. A text longer than the limit
 * loses its last tokens; how many texts that met is logged, and {@link #cutTexts} tells.
 *
 * <p>A batch is a pure function of the texts, the limit, the sequences, the seed and its index.
 */
public final class ClassifiedBatches implements BatchSource<ClassBatch> {
  private static final Logger log = LoggerFactory.getLogger(ClassifiedBatches.class);

  private final EncodedTexts texts;
  private final int[] labels;
  private final int sequences;
  private final EpochOrder order;

  /**
   * Batches over a corpus.
   *
   * @param labels of training, by which the classes are numbered; all of the corpus's are among
   *     them
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit tokens a text may have, {@code <s>} and {@code </s>} included; at least 3
   * @param sequences per batch, at least 1
   * @param seed of the order
   */
  public ClassifiedBatches(
      ClassifiedCorpus corpus,
      Labels labels,
      Tokenizer tokenizer,
      int limit,
      int sequences,
      long seed) {
    this.labels = corpus.labelIds(labels);
    this.texts = EncodedTexts.enclosed(corpus.texts().documents(), tokenizer, limit);
    this.sequences = EpochOrder.requirePositive("sequences", sequences);
    this.order = new EpochOrder(texts.size(), seed);
    if (cutTexts() > 0) {
      log.warn(
          "{}: {} of {} texts have more than {} tokens and were cut",
          corpus.name(),
          cutTexts(),
          texts.size(),
          limit);
    }
  }

  /** Number of texts, which are the sequences of an epoch. */
  public int size() {
    return texts.size();
  }

  /** Texts that were longer than the limit. */
  public int cutTexts() {
    return texts.cut();
  }

  /** How often each of {@code vocabulary} token ids occurs. */
  public TokenFrequencies frequencies(int vocabulary) {
    return texts.frequencies(vocabulary);
  }

  @Override
  public ClassBatch batch(long index) {
    return gather(order.batch(index, sequences));
  }

  /**
   * The first texts in the order of the corpus, the same at every call: for the held-out loss.
   *
   * @param maxBatches at most so many batches, at least 1; the last may have fewer texts
   */
  public List<ClassBatch> evaluationBatches(int maxBatches) {
    return order.firstBatches(maxBatches, sequences).stream().map(this::gather).toList();
  }

  private ClassBatch gather(int[] chosen) {
    return new ClassBatch(
        texts.batch(chosen), Arrays.stream(chosen).map(text -> labels[text]).toArray());
  }
}
