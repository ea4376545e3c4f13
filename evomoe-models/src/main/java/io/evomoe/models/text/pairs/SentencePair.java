package io.evomoe.models.text.pairs;

/**
 * A sentence and its translation.
 *
 * @param source source sentence, not blank
 * @param target its translation, not blank
 */
public record SentencePair(String source, String target) {

  /** Rejects a blank sentence. */
  public SentencePair {
    if (source.isBlank() || target.isBlank()) {
      throw new IllegalArgumentException(
          "pair must have text on both sides, was '%s' and '%s'".formatted(source, target));
    }
  }
}
