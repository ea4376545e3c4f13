package io.evomoe.run.example;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.Run;
import java.nio.file.Path;
import java.util.Map;

final class TrainGpt {
  static String train(Path text, Path folder, int steps) {
    try (Run<Gpt> run =
        Run.gpt(text)
            .model(
                m ->
                    m.numHiddenLayers(2)
                        .hiddenSize(64)
                        .intermediateSize(256)
                        .numAttentionHeads(2)
                        .vocabulary(512)
                        .sequence(64))
            .gate("evomoe", Map.of("balance", "0.01"))
            .training(t -> t.steps(steps).batch(16).learningRate(4e-3))
            .seed(1)
            .in(folder)) {
      run.train((step, training) -> System.out.println(step.step() + ": " + step.trainLoss()));
      return run.generate("The state of", 40);
    }
  }
}
