package org.example;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.Run;
import io.evomoe.run.RunBuilder;
import io.evomoe.run.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Trains on data of this program, with its own tokenizer, and on files of its own format. */
public final class TrainOnOwnData {
  private static final int STEPS = 20;

  private TrainOnOwnData() {}

  /** Fails where a run does not end with its last step. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("own-data");
    List<String> messages =
        IntStream.range(0, 400).mapToObj(i -> "user %d reads page %d".formatted(i % 7, i)).toList();
    Dataset data = Dataset.texts("messages", messages); // any Iterable<String>
    Path stopped = folder.resolve("stopped");
    try (Run<Gpt> run = small(Run.gpt(data).tokenizer(new Characters())).in(stopped)) {
      run.train(
          (step, training) -> {
            if (step.step() == STEPS / 2) {
              training.requestStop();
            }
          });
    }
    // Data of a program is in no file, so it is passed again; META-INF/services names the tokenizer.
    try (Run<?> run = Run.opening(stopped).data(data).open()) {
      run.train();
      System.out.println(run.generate("user ", 20));
      require(run);
    }

    Path log = folder.resolve("messages.log");
    Files.write(log, messages.stream().map(message -> "12:00 " + message).toList());
    Dataset lines = // a stream is opened for each reading, and closed
        Dataset.rows("lines", () -> lines(log).map(line -> List.of(line)));
    try (Run<Gpt> ofFile = small(Run.gpt(log)).in(folder.resolve("file")); // read by LogFormat
        Run<Gpt> ofStream = small(Run.gpt(lines)).in(folder.resolve("stream"))) {
      for (Run<Gpt> run : List.of(ofFile, ofStream)) {
        System.out.printf("loss %.3f%n", run.train().result().validLoss());
        require(run);
      }
    }
  }

  private static java.util.stream.Stream<String> lines(Path file) {
    try {
      return Files.lines(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static RunBuilder<Gpt> small(RunBuilder<Gpt> builder) {
    return builder
        .preset("quick")
        .model(m -> m.hiddenSize(32).intermediateSize(64).vocabulary(280).sequence(32))
        .training(t -> t.steps(STEPS).batch(4));
  }

  private static void require(Run<?> run) {
    if (run.steps() != STEPS) {
      System.err.println("the run must have %d steps, has %d".formatted(STEPS, run.steps()));
      System.exit(1);
    }
  }
}
