package io.evomoe.run.result;

import io.evomoe.models.text.EvaluationShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a trained model was measured to give on data.
 *
 * @param run gate and step, for people
 * @param tokens that the loss is the mean of
 * @param unit what they are, such as {@code masked tokens}
 * @param share how much of the data they are
 * @param text name of the data
 * @param loss mean cross-entropy, in nats a token
 * @param translation how well it translates; empty for other models
 */
public record Measurement(
    String run,
    long tokens,
    String unit,
    EvaluationShare share,
    String text,
    double loss,
    Optional<TranslationScores> translation) {

  /** exp(loss). */
  public double perplexity() {
    return Math.exp(loss);
  }

  /** Lines for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    String accuracy =
        translation
            .map(
                scores ->
                    String.format(
                        Locale.ROOT, ", token accuracy %.1f%%", 100 * scores.tokenAccuracy()))
            .orElse("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s on %,d %s, %s, of %s: loss %.4f nats, perplexity %.2f%s",
            run,
            tokens,
            unit,
            share.text(),
            text,
            loss,
            perplexity(),
            accuracy));
    translation.map(TranslationScores::lines).ifPresent(lines::addAll);
    return List.copyOf(lines);
  }
}
