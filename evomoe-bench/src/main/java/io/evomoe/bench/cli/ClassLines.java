package io.evomoe.bench.cli;

import io.evomoe.run.finetune.Classified;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.record.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a line a text, in the order in which texts are added: what a classifier names it. */
final class ClassLines {
  /** Texts that are classified together. */
  static final int TOGETHER = Classifier.BATCH;

  /** What a line is. */
  enum Format {
    /** Class and probability with a TAB between them; of a blank text the TAB alone. */
    TSV,
    /** A JSON object of label, probability and text; of a blank text the first two are null. */
    JSONL
  }

  private final Classifier classifier;
  private final Format format;
  private final PrintStream out;
  private final List<String> waiting = new ArrayList<>();
  private long texts;
  private long cut;

  ClassLines(Classifier classifier, Format format, PrintStream out) {
    this.classifier = classifier;
    this.format = format;
    this.out = out;
  }

  /** The next text; white space around it does not count, as in data for training. */
  void add(String text) {
    waiting.add(text.strip());
    if (waiting.size() == TOGETHER) {
      flush();
    }
  }

  /**
   * Writes the lines of the texts that wait for others.
   *
   * @throws LostOutputException where they are not taken
   */
  void flush() {
    Iterator<Classified> classified =
        classifier.classify(waiting.stream().filter(text -> !text.isEmpty()).toList()).iterator();
    for (String text : waiting) {
      Classified named = text.isEmpty() ? null : classified.next();
      texts++;
      cut += named != null && named.cut() ? 1 : 0;
      out.println(format == Format.TSV ? tsv(named) : json(named, text));
    }
    waiting.clear();
    if (out.checkError()) {
      throw new LostOutputException();
    }
  }

  /** How many texts lost their ends, for people. */
  Optional<String> cutNote() {
    return cut == 0
        ? Optional.empty()
        : Optional.of(
            "%,d of %,d texts have more than %d tokens and were cut"
                .formatted(cut, texts, classifier.limit()));
  }

  private static String tsv(@Nullable Classified named) {
    return named == null ? "\t" : named.label() + "\t" + probability(named);
  }

  private static String json(@Nullable Classified named, String text) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("label", named == null ? null : named.label());
    line.put("probability", named == null ? null : Double.valueOf(probability(named)));
    line.put("text", text);
    return Json.line(line);
  }

  private static String probability(Classified named) {
    return String.format(Locale.ROOT, "%.6f", named.probability());
  }
}
