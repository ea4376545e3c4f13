package io.evomoe.run.result;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.names.Suggestion;
import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.metrics.ChrF;
import io.evomoe.models.text.CorpusBatches.EvaluationShare;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.transformer.Search;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measurements of a trained model on data.
 *
 * @param run gate and step, for the user
 * @param tokens number of tokens in the loss
 * @param unit kind of these tokens, such as {@code masked tokens}
 * @param share measured share of the data
 * @param text name of the data
 * @param loss mean cross-entropy, in nats per token; for a task of one's own, its loss
 * @param metricName name of the metric; perplexity belongs to a cross-entropy
 * @param metric value of the metric
 * @param bytesPerToken UTF-8 bytes of a token of the text, for bits per byte; NaN if unknown
 * @param translation translation scores; empty for other models
 */
@RecordBuilder
public record Measurement(
    String run,
    long tokens,
    String unit,
    EvaluationShare share,
    String text,
    double loss,
    String metricName,
    double metric,
    double bytesPerToken,
    Optional<TranslationScores> translation)
    implements MeasurementBuilder.With {

  /** The metric of a cross-entropy. */
  private static final String PERPLEXITY = "perplexity";

  /** Creates the measurement of a cross-entropy. */
  public Measurement(
      String run, long tokens, String unit, EvaluationShare share, String text, double loss) {
    this(
        run,
        tokens,
        unit,
        share,
        text,
        loss,
        PERPLEXITY,
        Math.exp(loss),
        Double.NaN,
        Optional.empty());
  }

  /** Returns exp(loss). */
  public double perplexity() {
    return Math.exp(loss);
  }

  /**
   * Returns the loss in bits per UTF-8 byte, which does not depend on the vocabulary; NaN if the
   * length of a token is unknown.
   */
  public double bitsPerByte() {
    return bitsPerByte(loss, bytesPerToken);
  }

  /**
   * Returns a loss in bits per byte.
   *
   * @param loss in nats per token
   * @param bytesPerToken bytes of a token
   */
  public static double bitsPerByte(double loss, double bytesPerToken) {
    return loss / Math.log(2) / bytesPerToken;
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
    String bits =
        Double.isNaN(bytesPerToken)
            ? ""
            : String.format(Locale.ROOT, ", %.3f bits per byte", bitsPerByte());
    lines.add(
        String.format(
            Locale.ROOT,
            metricName.equals(PERPLEXITY)
                ? "%s on %,d %s, %s, of %s: loss %.4f nats, %s %.2f%s"
                : "%s on %,d %s, %s, of %s: loss %.4f, %s %.4f%s",
            run,
            tokens,
            unit,
            share.text(),
            text,
            loss,
            metricName,
            metric,
            bits + accuracy));
    translation.map(TranslationScores::lines).ifPresent(lines::addAll);
    return List.copyOf(lines);
  }

  /**
   * Translation quality of a model.
   *
   * @param tokenAccuracy share of the target tokens that the decoder predicts from the preceding
   *     target tokens, in 0..1
   * @param sentences number of translated sentences
   * @param search how translations were searched for
   * @param bleu BLEU of these sentences
   * @param chrF chrF of these sentences, in 0..100
   * @param examples a selection of translations
   */
  public record TranslationScores(
      double tokenAccuracy,
      int sentences,
      Search search,
      Bleu.Score bleu,
      double chrF,
      List<Example> examples) {

    /** Keeps the examples unmodifiable. */
    public TranslationScores {
      examples = List.copyOf(examples);
    }

    /**
     * A translated sentence.
     *
     * @param source source sentence
     * @param reference reference translation
     * @param translation the model's translation
     */
    public record Example(String source, String reference, String translation) {}

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d sentences, beam %d, length penalty %s:",
              sentences,
              search.beam(),
              search.lengthPenalty()));
      lines.add(bleu.text());
      lines.add(String.format(Locale.ROOT, "chrF|%s = %.1f", ChrF.signature(), chrF));
      for (Example example : examples) {
        lines.add("");
        lines.add("source:      " + example.source());
        lines.add("reference:   " + example.reference());
        lines.add("translation: " + example.translation());
      }
      return lines;
    }
  }

  /**
   * A request to measure a trained model.
   *
   * @param data file or folder; null for the run's data
   * @param split {@code train}, {@code valid} or {@code test}; data without a split of its own is
   *     measured as a whole
   * @param batches maximum number of batches for the loss, at least 1
   * @param sentences maximum number of translated sentences, at least 1
   * @param examples translations to show, at least 0
   * @param search how translations are searched for
   * @param expertsPerToken experts per token, at least 1; null for the choice of the run's gate
   * @param form format of {@code data}; null for the format of the run's data
   */
  @RecordBuilder
  public record EvalRequest(
      @Nullable Path data,
      String split,
      int batches,
      int sentences,
      int examples,
      Search search,
      @Nullable Integer expertsPerToken,
      @Nullable DataForm form)
      implements MeasurementEvalRequestBuilder.With {
    /** The values of {@link #split}. */
    public static final List<String> SPLITS = List.of("train", "valid", "test");

    /**
     * The run's own validation set: 64 batches for the loss, and 2,000 sentences for translations.
     * These use a beam of 4 and a length penalty of 0.6.
     */
    public static final EvalRequest HELD_OUT =
        new EvalRequest(null, "valid", 64, 2000, 0, Search.beam(4, 0.6), null, null);

    /** Rejects values out of bounds, and a format without data. */
    public EvalRequest {
      if (!SPLITS.contains(split)) {
        throw Suggestion.unknown("split", split, SPLITS);
      }
      if (form != null && data == null) {
        throw new IllegalArgumentException("form needs data, was given without");
      }
      FieldBound.atLeast("batches", batches, 1);
      FieldBound.atLeast("sentences", sentences, 1);
      FieldBound.atLeast("examples", examples, 0);
      if (expertsPerToken != null) {
        FieldBound.atLeast("expertsPerToken", expertsPerToken, 1);
      }
    }
  }
}
