package org.example;

import io.evomoe.nn.TokenBatch;
import io.evomoe.run.Run;
import io.evomoe.run.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Trains {@link TopicModel}, a classifier of this program, keeps the best model and uses it. */
public final class TrainTopics {
  private static final List<List<String>> WORDS =
      List.of(
          List.of("bread", "soup", "rice", "salt"),
          List.of("rain", "wind", "snow", "cloud"),
          List.of("song", "drum", "tune", "choir"));

  private TrainTopics() {}

  /** Fails where a text is put under a wrong topic. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("topics").resolve("run");
    try (Run<TopicModel> run =
        Run.task(new TopicTask(), Dataset.rows("topics", TrainTopics::rows))
            .preset("quick")
            .model(m -> m.numHiddenLayers(2).hiddenSize(32).intermediateSize(64))
            .model(m -> m.numAttentionHeads(2).experts(4).moeEvery(2))
            .model(m -> m.vocabulary(280).sequence(32))
            .gate("switch")
            .training(t -> t.steps(200).batch(16).learningRate(3e-3).evalEvery(20).patience(2))
            .in(folder)) {
      run.train();
      List<String> texts = List.of("warm soup and bread", "cold wind and snow", "a slow tune");
      List<int[]> ids = texts.stream().map(run.tokenizer()::encode).toList();
      TokenBatch tokens = TokenBatch.padded(ids, run.tokenizer().endOfText());
      double[][] logits = run.model().outputs(tokens, run.trained().context());
      List<String> found = Stream.of(logits).map(TrainTopics::topic).toList();
      System.out.println(texts + ": " + found);
      if (!found.equals(TopicTask.TOPICS)) { // each text is of the topic in its place
        System.err.println("the topics must be " + TopicTask.TOPICS + ", were " + found);
        System.exit(1);
      }
    }
  }

  private static String topic(double[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return TopicTask.TOPICS.get(best);
  }

  private static Stream<List<String>> rows() {
    Random random = new Random(1);
    List<String> others = List.of("a", "and", "the", "slow", "warm", "cold");
    return IntStream.range(0, 900)
        .mapToObj(
            i -> {
              List<String> words = WORDS.get(i % 3);
              List<String> text =
                  Stream.generate(
                          () ->
                              random.nextBoolean()
                                  ? words.get(random.nextInt(words.size()))
                                  : others.get(random.nextInt(others.size())))
                      .limit(5)
                      .toList();
              return List.of(TopicTask.TOPICS.get(i % 3), String.join(" ", text));
            });
  }
}
