package io.evomoe.run.example;

import io.evomoe.run.TrainingJob;
import io.evomoe.training.Model;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;

/** The job of docs/library.md. */
final class OwnModel {
  private OwnModel() {}

  static <B> double train(Model<B> model, LongFunction<B> batches, List<B> heldOut, Path folder) {
    TrainerConfig config = TrainerConfig.defaults(500).with(t -> t.evalEvery(50).patience(3));
    try (TrainingJob<B> job =
        TrainingJob.of(model, new TrainingData<>(batches, heldOut))
            .named("prices", "switch")
            .config(config)
            .in(folder)) {
      return job.train().result().bestValidLoss();
    }
  }
}
