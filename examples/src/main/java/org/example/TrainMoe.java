package org.example;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Trains a small GPT with {@link RootGate} and {@link Lion} on a text file, and uses it. */
public final class TrainMoe {
  private static final int STEPS = 600;

  private TrainMoe() {}

  /**
   * Prints the loss of each hundredth step and a text, and fails where the loss did not fall.
   *
   * @param args the text file
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("train-moe").resolve("run");
    double fallen = train(Path.of(args[0]), folder);
    try (Run<Gpt> run = Run.open(folder, Gpt.class)) {
      System.out.println(run.generate("The state of", 40));
    }
    if (!(fallen > 2)) {
      System.err.println("the loss must fall by 2, fell by " + fallen);
      System.exit(1);
    }
  }

  private static double train(Path text, Path folder) {
    double[] losses = new double[STEPS + 1];
    try (Run<Gpt> run =
        Run.gpt(text)
            .preset("quick")
            .model(m -> m.vocabulary(1000))
            .gate("root")
            .optimizer("lion")
            .training(t -> t.steps(STEPS).learningRate(1e-3))
            .in(folder)) {
      run.train(
          (step, training) -> {
            losses[(int) step.step()] = step.trainLoss();
            if (step.step() % 100 == 0) {
              System.out.printf(
                  "step %d  loss %.3f  experts a token %.2f%n",
                  step.step(), step.trainLoss(), step.activeExperts());
            }
          });
    }
    return losses[1] - losses[STEPS];
  }
}
