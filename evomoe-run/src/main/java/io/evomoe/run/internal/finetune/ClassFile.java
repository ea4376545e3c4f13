package io.evomoe.run.internal.finetune;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.metrics.Confusion.ClassMeasure;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes a classifier's scores by class, in the output folder. */
final class ClassFile {
  private static final Logger log = LoggerFactory.getLogger(ClassFile.class);
  private static final String NAME = "classes.json";

  private ClassFile() {}

  /**
   * A class.
   *
   * @param texts number of its texts
   * @param named predicted classes with their numbers of texts; classes without predictions are
   *     left out
   */
  private record Line(
      String label,
      int texts,
      double precision,
      double recall,
      double f1,
      Map<String, Integer> named) {}

  /** Writes a list with one entry per class, in the order of their names; NaN becomes null. */
  static void write(Path folder, ClassEvaluation evaluation) {
    List<Line> lines = new ArrayList<>();
    for (int c = 0; c < evaluation.labels().size(); c++) {
      ClassMeasure measure = evaluation.confusion().of(c);
      lines.add(
          new Line(
              evaluation.labels().get(c),
              measure.examples(),
              measure.precision(),
              measure.recall(),
              measure.f1(),
              named(evaluation, c)));
    }
    AtomicFile.write(folder.resolve(NAME), Json.text(lines));
  }

  /**
   * Reads the file; empty if there is none, or it has other content.
   *
   * @param texts name of the measured texts
   */
  static Optional<ClassEvaluation> read(Path folder, String texts) {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      String text = Json.content(file.toString(), file);
      List<Line> lines = List.of(Json.read(text, Line[].class, file + " is damaged"));
      return Optional.of(
          new ClassEvaluation(texts, lines.stream().map(Line::label).toList(), confusion(lines)));
    } catch (RuntimeException e) {
      log.warn("Measured again: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Confusion confusion(List<Line> lines) {
    List<String> names = lines.stream().map(Line::label).toList();
    List<Integer> labels = new ArrayList<>();
    List<Integer> predicted = new ArrayList<>();
    for (Line line : lines) {
      if (line.named().values().stream().mapToLong(Integer::longValue).sum() != line.texts()) {
        throw new IllegalArgumentException("class " + line.label() + " has other texts");
      }
      line.named()
          .forEach(
              (name, count) -> {
                labels.addAll(Collections.nCopies(count, names.indexOf(line.label())));
                predicted.addAll(Collections.nCopies(count, names.indexOf(name)));
              });
    }
    return Confusion.of(ints(predicted), ints(labels), lines.size());
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  private static Map<String, Integer> named(ClassEvaluation evaluation, int label) {
    Confusion confusion = evaluation.confusion();
    Map<String, Integer> named = new LinkedHashMap<>();
    for (int c = 0; c < confusion.classes(); c++) {
      if (confusion.count(label, c) > 0) {
        named.put(evaluation.labels().get(c), confusion.count(label, c));
      }
    }
    return named;
  }
}
