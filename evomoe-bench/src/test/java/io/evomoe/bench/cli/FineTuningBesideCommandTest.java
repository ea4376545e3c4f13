package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.text.HeldOut;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.FineTuned.ClassScores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program and the command line make the same classifier, and each goes on with the other's. */
class FineTuningBesideCommandTest {
  private static final String WEIGHTS = "checkpoints/step-00000040/model.safetensors";

  @TempDir Path folder;

  @Test
  void should_reach_the_same_accuracy_with_the_same_bits_of_weights() throws IOException {
    Path masked = folder.resolve("masked");
    TinyRuns.everyTask(folder).get(1).train(masked, "evomoe", "12").succeeded();
    List<List<String>> texts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      texts.add(List.of("sea", "a ship of %d".formatted(i)));
      texts.add(List.of("land", "a %s of %d".formatted(i % 9 == 0 ? "ship" : "road", i)));
    }
    Path file = folder.resolve("classes.tsv");
    Files.writeString(
        file,
        texts.stream().map(text -> String.join("\t", text) + "\n").collect(Collectors.joining()));
    Path ofCommand = folder.resolve("command");
    String printed =
        CommandRun.of(
                "finetune",
                "--checkpoint=" + masked,
                "--data=" + file,
                "--valid-share=0.2",
                "--steps=40",
                "--batch=8",
                "--learning-rate=0.01",
                "--out=" + ofCommand)
            .succeeded()
            .out();
    Path ofCode = folder.resolve("code");
    FineTuned tuned;
    try (FineTuning tuning =
        FineTuning.of(masked)
            .data(Dataset.rows("texts", texts::stream))
            .split(HeldOut.DEFAULT.withShares(0.2, 0))
            .training(t -> t.steps(40).batch(8).learningRate(0.01))
            .in(ofCode)) {
      tuned = tuning.train();
    }

    List<ClassScores> scores = ClassScores.read(ofCommand).orElseThrow();
    assertThat(tuned.scores()).hasSize(3).isEqualTo(scores);
    double accuracy = tuned.evaluation().accuracy();
    assertThat(accuracy).isEqualTo(scores.get(2).validAccuracy()).isStrictlyBetween(0.5, 1.0);
    assertThat(printed).contains("%.1f%%".formatted(100 * accuracy));
    assertThat(ofCode.resolve(WEIGHTS)).hasSameBinaryContentAs(ofCommand.resolve(WEIGHTS));
    assertThat(ofCode.resolve("classes.json"))
        .hasSameTextualContentAs(ofCommand.resolve("classes.json"));
    assertThat(TinyRuns.tuningLosses(ofCode)).isEqualTo(TinyRuns.tuningLosses(ofCommand));
    assertSameLines(ofCode, ofCommand, texts);
  }

  private static void assertSameLines(Path ofCode, Path ofCommand, List<List<String>> texts) {
    List<String> lines = texts.stream().map(text -> text.get(1)).toList();
    byte[] input = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    try (Classifier classifier = Classifier.open(ofCode)) {
      List<Classified> named = classifier.classify(lines);
      assertThat(CommandRun.reading(input, "classify", "--checkpoint=" + ofCommand).out().lines())
          .containsExactlyElementsOf(
              named.stream().map(c -> "%s\t%.6f".formatted(c.label(), c.probability())).toList());
    }
  }

  @Test
  void each_should_go_on_with_what_the_other_began() throws IOException {
    Path masked = folder.resolve("masked");
    TinyRuns.everyTask(folder).get(1).train(masked, "evomoe", "12").succeeded();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      lines.append("sea\ta ship of %d\nland\ta road of %d\n".formatted(i, i));
    }
    Path file = Files.writeString(folder.resolve("classes.tsv"), lines);
    Path out = folder.resolve("out");
    try (FineTuning tuning =
        FineTuning.of(masked).data(file).training(t -> t.steps(30).batch(8)).in(out)) {
      tuning.train(
          (report, training) -> {
            if (report.step() == 11) {
              tuning.requestStop();
            }
          });
    }

    CommandRun again =
        CommandRun.of(
            "finetune",
            "--checkpoint=" + masked,
            "--data=" + file,
            "--steps=30",
            "--batch=8",
            "--out=" + out);

    assertThat(again.succeeded().out())
        .contains("scratch: resuming after step 11 of 30", "fine-tuned");
    assertThat(TinyRuns.tuningLosses(out)).hasSize(60);
    try (FineTuning tuning =
        FineTuning.of(masked).data(file).training(t -> t.steps(30).batch(8)).in(out)) {
      assertThat(tuning.train().scores()).isEqualTo(ClassScores.read(out).orElseThrow());
    }
  }
}
