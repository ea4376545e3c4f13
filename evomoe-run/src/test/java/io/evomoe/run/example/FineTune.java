package io.evomoe.run.example;

import io.evomoe.run.data.Dataset;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import java.nio.file.Path;
import java.util.List;

/** The documentation's example of a classifier. */
final class FineTune {
  private FineTune() {}

  static double finetune(Path run, List<List<String>> examples, Path folder) {
    try (FineTuning tuning =
        FineTuning.of(run)
            .data(Dataset.rows("examples", examples::stream)) // or .data(Path.of("classes.csv"))
            .training(t -> t.steps(60).batch(8).learningRate(0.01))
            .in(folder)) {
      ClassEvaluation reached = tuning.train().evaluation();
      for (String label : reached.labels()) {
        System.out.println(label + ": F1 " + reached.of(label).f1());
      }
      return reached.accuracy();
    }
  }

  static List<Classified> classify(Path folder, List<String> lines) {
    try (Classifier classifier = Classifier.open(folder)) {
      List<Classified> classified = classifier.classify(lines);
      classified.forEach(line -> System.out.println(line.label() + " " + line.probability()));
      return classified;
    }
  }
}
