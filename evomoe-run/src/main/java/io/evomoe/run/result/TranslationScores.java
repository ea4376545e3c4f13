package io.evomoe.run.result;

import io.evomoe.models.metrics.BleuScore;
import io.evomoe.models.metrics.ChrF;
import io.evomoe.models.transformer.Search;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
    BleuScore bleu,
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
