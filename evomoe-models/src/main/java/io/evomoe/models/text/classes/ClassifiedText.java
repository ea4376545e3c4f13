package io.evomoe.models.text.classes;

/**
 * A text and its class.
 *
 * @param label name of the class, not blank
 * @param text not blank
 * @param line line in its file, counted from 1, for messages
 */
public record ClassifiedText(String label, String text, int line) {

  /** Rejects a blank label or text. */
  public ClassifiedText {
    if (label.isBlank() || text.isBlank()) {
      throw new IllegalArgumentException(
          "classified text must have a label and a text, was '%s' and '%s'".formatted(label, text));
    }
  }
}
