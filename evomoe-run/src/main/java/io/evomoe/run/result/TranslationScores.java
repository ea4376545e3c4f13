package io.evomoe.run.result;

import io.evomoe.models.metrics.BleuScore;
import io.evomoe.models.metrics.ChrF;
import io.evomoe.models.transformer.Search;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How well a model translates.
 *
 * @param tokenAccuracy share of the target tokens that the decoder, reading those before, holds for
 *     the likeliest; in 0..1
 * @param sentences that were translated
 * @param search how
 * @param bleu of these sentences
 * @param chrF of these sentences, in 0..100
 * @param examples some of them
 */
public record TranslationScores(
    double tokenAccuracy,
    int sentences,
    Search search,
    BleuScore bleu,
    double chrF,
    List<Example> examples) {

  /** Keeps the examples unmodifiable. */
  public TranslationScores {
    examples = List.copyOf(examples);
  }

  /**
   * A sentence.
   *
   * @param source as it was read
   * @param reference as it was translated by people
   * @param translation as the model translates it
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
