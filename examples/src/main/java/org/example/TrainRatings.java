package org.example;

import io.evomoe.nn.TokenBatch;
import io.evomoe.run.Run;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.Measurement;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Trains {@link RatingModel}, a model and a loss of this program, and rates texts with it. */
public final class TrainRatings {
  private static final List<String> WORDS = List.of("good", "fine", "bad", "dull", "the", "film");

  private TrainRatings() {}

  /** Fails where the error does not fall. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("ratings").resolve("run");
    Dataset data = Dataset.rows("ratings", TrainRatings::rows);
    try (Run<RatingModel> run =
        Run.task(new RatingTask(), data)
            .preset("quick")
            .model(m -> m.numHiddenLayers(2).hiddenSize(32).intermediateSize(64))
            .model(m -> m.numAttentionHeads(2).experts(4).moeEvery(2))
            .model(m -> m.vocabulary(280).sequence(32))
            .gate("evomoe")
            .training(t -> t.steps(150).batch(16).learningRate(3e-3).evalEvery(50))
            .in(folder)) {
      run.train(
          new Callback() {
            @Override
            public void onStep(StepRecord step, Training training) {}

            @Override
            public void onEvaluation(StepRecord step, Training training) {
              System.out.printf("step %d  mse %.3f%n", step.step(), step.validLoss());
            }
          });
    }
    try (Run<?> run = Run.opening(folder).data(data).open()) { // META-INF/services names the task
      Measurement measured = run.evaluate();
      measured.lines().forEach(System.out::println);
      RatingModel model = (RatingModel) run.model();
      for (String text : List.of("the good fine film", "the bad dull film")) {
        TokenBatch tokens = TokenBatch.padded(List.of(run.tokenizer().encode(text)), 0);
        System.out.printf("%s: %.2f%n", text, model.outputs(tokens, run.trained().context())[0][0]);
      }
      if (!(measured.loss() < 0.3)) {
        System.err.println("the error must be below 0.3, was " + measured.loss());
        System.exit(1);
      }
    }
  }

  /** A rating and a text: the share of good words minus that of bad ones, times 4. */
  private static Stream<List<String>> rows() {
    Random random = new Random(1);
    return IntStream.range(0, 1000)
        .mapToObj(
            i -> {
              List<String> words =
                  Stream.generate(() -> WORDS.get(random.nextInt(WORDS.size())))
                      .limit(4 + random.nextInt(5))
                      .toList();
              double rating =
                  words.stream().mapToInt(word -> rating(WORDS.indexOf(word))).average().orElse(0);
              return List.of(Double.toString(4 * rating), String.join(" ", words));
            });
  }

  private static int rating(int word) {
    return word < 2 ? 1 : word < 4 ? -1 : 0;
  }
}
