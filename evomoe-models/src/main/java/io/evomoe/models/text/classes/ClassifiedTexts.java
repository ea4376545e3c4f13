package io.evomoe.models.text.classes;

import io.evomoe.models.text.EncodedTexts;
import io.evomoe.models.text.Tokenizer;
import java.util.Arrays;
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
  public ClassifiedTexts(ClassifiedCorpus corpus, Labels labels, Tokenizer tokenizer, int limit) {
    this.labels = corpus.labelIds(labels);
    this.texts = EncodedTexts.enclosed(corpus.texts().documents(), tokenizer, limit);
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

  ClassBatch batch(int[] chosen) {
    return new ClassBatch(
        texts.batch(chosen), Arrays.stream(chosen).map(text -> labels[text]).toArray());
  }
}
