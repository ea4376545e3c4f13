package io.evomoe.bench.report;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.RecordedRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The report on a fine-tuned classifier: scores, curves, which classes it takes for which, and how
 * well it knows each. One file like {@link HtmlReport}, under the same name.
 *
 * @param title of the page
 * @param note what the data was, and what the numbers compare with
 * @param description the header lines in order
 * @param scores what was measured side by side
 * @param evaluation class by class
 * @param curves of the trainings; the gate of each is its name in the charts
 */
public record ClassReport(
    String title,
    String note,
    Map<String, String> description,
    List<ClassScores> scores,
    ClassEvaluation evaluation,
    List<RecordedRun> curves) {

  /** Keeps the collections unmodifiable and the description's order. */
  public ClassReport {
    description = Collections.unmodifiableMap(new LinkedHashMap<>(description));
    scores = List.copyOf(scores);
    curves = List.copyOf(curves);
  }

  /**
   * Writes the report; a reader sees either the old file or the whole new one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public void write(Path file) {
    AtomicFile.write(file, html());
  }

  String html() {
    List<Series> series = curves.stream().map(run -> Series.of(run.gate(), run)).toList();
    return Resources.fill(
        Resources.local("classes.html"),
        Map.ofEntries(
            Map.entry("title", Html.escape(title)),
            Map.entry("note", Html.escape(note)),
            Map.entry("style", Resources.local("report.css")),
            Map.entry("description", Html.description(description)),
            Map.entry("scores", Html.table("Scores", ClassScoreTable.table(scores))),
            Map.entry("measured", Html.escape(evaluation.texts())),
            Map.entry("classes", Html.table("Classes", ClassEvaluationTable.table(evaluation))),
            Map.entry("data", Html.embeddedJson(series)),
            Map.entry("confusion", Html.embeddedJson(Named.of(evaluation))),
            Map.entry("echarts", Resources.echarts()),
            Map.entry("script", Resources.script("classes.js"))));
  }

  /**
   * A confusion as the page's script reads it.
   *
   * @param texts of each class
   * @param counts class, what it was named, and how many texts were, where there are any
   */
  record Named(List<String> labels, List<Integer> texts, List<List<Integer>> counts) {

    static Named of(ClassEvaluation evaluation) {
      Confusion confusion = evaluation.confusion();
      List<Integer> texts =
          IntStream.range(0, confusion.classes())
              .mapToObj(c -> confusion.of(c).examples())
              .toList();
      List<List<Integer>> counts = new ArrayList<>();
      for (int label = 0; label < confusion.classes(); label++) {
        for (int named = 0; named < confusion.classes(); named++) {
          int count = confusion.count(label, named);
          if (count > 0) {
            counts.add(List.of(label, named, count));
          }
        }
      }
      return new Named(evaluation.labels(), texts, counts);
    }
  }
}
