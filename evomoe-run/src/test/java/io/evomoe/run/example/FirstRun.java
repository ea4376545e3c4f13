package io.evomoe.run.example;

import io.evomoe.run.Run;
import java.nio.file.Path;

final class FirstRun {
  static String train(Path text, Path folder, int steps) {
    try (var run = Run.gpt(text).gate("evomoe").training(t -> t.steps(steps)).in(folder)) {
      run.train((step, training) -> System.out.println(step.step() + ": " + step.trainLoss()));
      return run.generate("The state of", 40);
    }
  }
}
