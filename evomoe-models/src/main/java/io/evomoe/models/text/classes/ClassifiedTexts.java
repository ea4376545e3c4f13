package io.evomoe.models.text.classes;

import io.evomoe.models.text.EncodedTexts;
import io.evomoe.models.text.Tokenizer;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classified texts as token ids, each with the number of its class. A text longer than the limit
 * loses its last tokens; how many texts that met is logged, and {@link #cut} tells.
 */
public final class ClassifiedTexts {
  private static final Logger log = LoggerFactory.getLogger(ClassifiedTexts.class);

  private final EncodedTexts texts;
  private final int[] labels;

  /**
   * Encodes a corpus.
   *
   * @param labels of training, by which the classes are numbered; all of the corpus's are among
   *     them
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit tokens a text may have, {@code <s>} and {@code </s>} included; at least 3
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

  /** Number of texts. */
  public int size() {
    return texts.size();
  }

  /** Texts that were longer than the limit. */
  public int cut() {
    return texts.cut();
  }

  ClassBatch batch(int[] chosen) {
    return new ClassBatch(
        texts.batch(chosen), Arrays.stream(chosen).map(text -> labels[text]).toArray());
  }
}
