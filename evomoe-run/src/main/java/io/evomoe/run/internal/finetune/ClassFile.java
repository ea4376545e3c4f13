package io.evomoe.run.internal.finetune;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.models.metrics.ClassMeasure;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a classifier reaches of each class, in the output folder. */
final class ClassFile {
  private static final String NAME = "classes.json";

  private ClassFile() {}

  /**
   * A class.
   *
   * @param texts that are of it
   * @param named what they were named, and how many of them; classes that none was named are left
   *     out
   */
  private record Line(
      String label,
      int texts,
      double precision,
      double recall,
      double f1,
      Map<String, Integer> named) {}

  /** Writes a list with an entry a class, in the order of their names; NaN becomes null. */
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
    try {
      AtomicFile.write(folder.resolve(NAME), Json.PRETTY.writeValueAsString(lines) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("measures have a JSON form", e);
    }
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
