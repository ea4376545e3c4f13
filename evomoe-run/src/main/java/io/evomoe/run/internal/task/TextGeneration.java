package io.evomoe.run.internal.task;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.Sampling;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.result.TrainedModel;
import java.util.Arrays;

/** Continues texts with a trained model, up to the end of a document. */
public final class TextGeneration {
  private final Tokenizer tokenizer;
  private final Generation generation;

  /**
   * Creates a generation.
   *
   * @param tokenizer of the model
   */
  public TextGeneration(
      TrainedModel<? extends CausalLanguageModel> trained, Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.generation =
        new Generation(trained.model(), trained.context(), tokenizer.vocabularySize());
  }

  /**
   * Returns the text with its continuation.
   *
   * @param text may be empty, for the beginning of a document
   * @param tokens maximum number of new tokens, at least 0
   */
  public String generate(String text, int tokens, Sampling sampling) {
    int end = tokenizer.endOfText();
    int[] start = text.isEmpty() ? new int[] {end} : tokenizer.encode(text);
    int[] ids = generation.generate(start, tokens, sampling, id -> id == end);
    return tokenizer.decode(Arrays.copyOfRange(ids, text.isEmpty() ? 1 : 0, ids.length));
  }
}
