package io.evomoe.models.internal.text;

import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classified texts as token ids, each with the number of its class. Texts above the limit are
 * truncated; their number is logged, and {@link #cut} returns it.
 */
public final class ClassifiedTexts {
  private static final Logger log = LoggerFactory.getLogger(ClassifiedTexts.class);

  private final EncodedTexts texts;
  private final int[] labels;

  /**
   * Encodes a corpus.
   *
   * @param labels of the training set, which number the classes; must include all of the corpus's
   *     labels
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit maximum number of tokens in a text, {@code <s>} and {@code </s>} included; at
   *     least 3
   */
  public ClassifiedTexts(RowCorpus corpus, List<String> labels, Tokenizer tokenizer, int limit) {
    this.labels = corpus.labelIds(labels);
    this.texts = EncodedTexts.enclosed(corpus.column(1), tokenizer, limit);
    if (cut() > 0) {
      log.warn(
          "{}: {} of {} texts have more than {} tokens and were cut",
          corpus.name(),
          cut(),
          size(),
          limit);
    }
  }

  /** Returns the number of texts. */
  public int size() {
    return texts.size();
  }

  /** Returns the number of texts that were longer than the limit. */
  public int cut() {
    return texts.cut();
  }

  /**
   * Returns batches of the texts, each padded to its longest.
   *
   * @param sequences per batch, at least 1
   * @param seed seed of the order
   */
  public CorpusBatches<ClassBatch> batches(int sequences, long seed) {
    return CorpusBatches.of(
        IntStream.range(0, size()).boxed().toList(),
        sequences,
        seed,
        chosen -> {
          int[] some = chosen.stream().mapToInt(text -> text).toArray();
          return new ClassBatch(
              texts.batch(some), Arrays.stream(some).map(text -> labels[text]).toArray());
        });
  }
}
