package io.evomoe.models.text.classes;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/** Texts, and the class that a classifier has to name for each. */
public final class ClassBatch {
  private final TokenBatch tokens;
  private final int[] labels;

  /**
   * A batch.
   *
   * @param tokens each sequence {@code <s>}, tokens, {@code </s>}, padding
   * @param labels the number of each sequence's class, at least 0
   */
  public ClassBatch(TokenBatch tokens, int[] labels) {
    if (labels.length != tokens.sequences() || Arrays.stream(labels).anyMatch(l -> l < 0)) {
      throw new IllegalArgumentException(
          "labels must be one a sequence (%d) and at least 0, were %s"
              .formatted(tokens.sequences(), Arrays.toString(labels)));
    }
    this.tokens = tokens;
    this.labels = labels.clone();
  }

  /** The texts. */
  public TokenBatch tokens() {
    return tokens;
  }

  /** Number of the class of each sequence, a copy. */
  public int[] labels() {
    return labels.clone();
  }
}
