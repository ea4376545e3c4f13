package io.evomoe.run.result;

import io.evomoe.models.text.EvaluationShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Measurements of a trained model on data.
 *
 * @param run gate and step, for the user
 * @param tokens number of tokens in the loss
 * @param unit kind of these tokens, such as {@code masked tokens}
 * @param share measured share of the data
 * @param text name of the data
 * @param loss mean cross-entropy, in nats per token
 * @param translation translation scores; empty for other models
 */
public record Measurement(
    String run,
    long tokens,
    String unit,
    EvaluationShare share,
    String text,
    double loss,
    Optional<TranslationScores> translation) {

  /** Returns exp(loss). */
  public double perplexity() {
    return Math.exp(loss);
  }

  /** Returns lines for the user. */
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
