package io.evomoe.langchain4j;

import dev.langchain4j.classification.ClassificationResult;
import dev.langchain4j.classification.ScoredLabel;
import dev.langchain4j.classification.TextClassifier;
import io.evomoe.run.Predictor;
import io.evomoe.run.finetune.Classifier.Classified;
import java.util.List;

/**
 * A fine-tuned classifier, as a text classifier of LangChain4j: the most probable class and its
 * probability. Needs {@code dev.langchain4j:langchain4j} on the class path. Thread-safe.
 */
public final class EvoMoeTextClassifier implements TextClassifier<String> {
  private final Predictor predictor;

  /**
   * Creates a text classifier.
   *
   * @param predictor of a fine-tuned classifier; the caller closes it
   */
  public EvoMoeTextClassifier(Predictor predictor) {
    this.predictor = predictor;
  }

  /**
   * Returns the class of a text. Texts longer than {@link Predictor#limit} are truncated.
   *
   * @throws IllegalArgumentException if the predictor has no classifier
   */
  @Override
  public ClassificationResult<String> classifyWithScores(String text) {
    Classified named = predictor.classify(List.of(text)).get(0);
    return new ClassificationResult<>(
        List.of(new ScoredLabel<>(named.label(), named.probability())));
  }
}
