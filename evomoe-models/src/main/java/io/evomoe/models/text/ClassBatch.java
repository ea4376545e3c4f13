package io.evomoe.models.text;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/** Texts, and the target class of each. */
public final class ClassBatch {
  private final TokenBatch tokens;
  private final int[] labels;

  /**
   * Creates a batch.
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

  /** Returns the texts. */
  public TokenBatch tokens() {
    return tokens;
  }

  /** Returns a copy of the classes' numbers, one per sequence. */
  public int[] labels() {
    return labels.clone();
  }
}
