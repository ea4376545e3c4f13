package io.evomoe.run.example;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gguf.GgufType;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.RoutingReport;
import io.evomoe.run.Predictor;
import io.evomoe.run.Run;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.run.TextStream.Generated.FinishReason;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.tensorboard.TensorBoard;
import io.evomoe.training.LearningRateLog;
import io.evomoe.training.TimeLimit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What the documentation does with runs, a few lines each. */
final class UseRun {
  private UseRun() {}

  static void resume(Path folder) {
    try (Run<?> run = Run.open(folder)) { // of a program or of the command line
      run.train();
    }
  }

  static double longer(Path folder, Path longer) { // a new run with what the first has learned
    try (Run<?> run = Run.from(folder).withMoments().training(t -> t.steps(100)).in(longer)) {
      return run.train().result().validLoss();
    }
  }

  static double evaluate(Path folder) {
    try (Run<?> run = Run.open(folder)) {
      return run.evaluate().loss();
    }
  }

  static String generate(Path folder) {
    try (Run<Gpt> run = Run.open(folder, Gpt.class)) { // run.model() has the layers below
      return run.generate("The state of", 40);
    }
  }

  static double[] exchange(Path published, Path run, Path file) {
    try (Run<?> imported = Run.importing(published, run)) { // a folder of Hugging Face
      imported.exportGguf(ExportRequest.DEFAULT, GgufType.Q8_0, file);
      return imported.logits(0, 314, 232, 2);
    }
  }

  static FinishReason stream(Path folder) {
    try (Predictor predictor = Predictor.open(folder)) { // once, for all threads
      GenerationConfig config =
          GenerationConfig.defaults()
              .with(g -> g.maxNewTokens(40).topP(0.9).stopStrings(List.of(".")));
      Generated all = predictor.generate("The state of", config, UseRun::show);
      return all.finishReason();
    }
  }

  private static boolean show(String more) {
    System.out.print(more);
    return true; // false cancels
  }

  static String translate(Path folder) {
    try (Run<Transformer> run = Run.open(folder, Transformer.class)) {
      return run.translate("Click the button.");
    }
  }

  static String classify(Path folder) { // that finetune has written
    try (Classifier classifier = Classifier.open(folder)) {
      return classifier.classify("a small domesticated carnivore").label();
    }
  }

  static double accuracy(Path folder) { // on the test part of what it was fine-tuned on
    try (Classifier classifier = Classifier.open(folder)) {
      return classifier.evaluate("test").accuracy();
    }
  }

  static void watch(Run<?> run) {
    run.train(
        TensorBoard.in(run.folder()),
        (step, training) -> step.layers().forEach(layer -> warn(step.step(), layer)));
  }

  private static void warn(long step, RoutingReport layer) {
    if (layer.maxOverMean() > 2) {
      System.out.println("step " + step + ": the load of " + layer.layer() + " is " + layer.load());
    }
  }

  static double best(Run<?> run) {
    return run.train(TimeLimit.of(Duration.ofHours(8)), LearningRateLog.every(50))
        .result()
        .bestValidLoss();
  }
}
