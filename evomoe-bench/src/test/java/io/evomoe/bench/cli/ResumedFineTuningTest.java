package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.StepFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fine-tuning goes on where it was, with the command that began it. */
class ResumedFineTuningTest {
  private static final int STEPS = 150;

  @TempDir static Path folder;
  private static TinyRuns roberta;
  private static Path trained;
  private static Path classes;
  private static Path whole;

  @BeforeAll
  static void tune_a_model_undisturbed() throws IOException {
    roberta = TinyRuns.everyTask(folder).get(1);
    trained = folder.resolve("trained");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      lines.append("sea\ta ship of %d\nland\ta road of %d\n".formatted(i, i));
    }
    classes = Files.writeString(folder.resolve("classes.tsv"), lines.toString());
    assertThat(roberta.train(trained, "evomoe", "30").code()).isZero();
    whole = folder.resolve("whole");
    CommandRun run = tune(whole);
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Tag("long")
  @Test
  void killed_in_its_second_training_it_should_end_like_one_that_was_not() throws Exception {
    Path killed = folder.resolve("killed");
    Process process = CommandRun.process(arguments(killed), folder.resolve("log"));
    while (process.isAlive() && rows(killed) < 20) {
      process.waitFor(2, TimeUnit.MILLISECONDS);
    }
    process.destroyForcibly().waitFor();
    assertThat(rows(killed)).isBetween(20, STEPS - 1);

    CommandRun again = tune(killed);

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out())
        .doesNotContain("scratch step")
        .containsPattern("finetune: resuming after step \\d+ of 150");
    assertSameAsWhole(killed);
  }

  @Tag("long")
  @Test
  void without_its_scores_it_should_measure_again() throws IOException {
    Path killed = folder.resolve("unmeasured");
    assertThat(tune(killed).code()).isZero();
    Files.delete(killed.resolve(ClassScores.NAME));

    CommandRun again = tune(killed);

    assertThat(again.code()).as(again.err()).isZero();
    assertSameAsWhole(killed);
  }

  @Test
  void finished_it_should_be_taken_as_it_is() throws IOException {
    CommandRun again = tune(whole);

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out()).contains("already finished", "fine-tuned");
    assertThat(again.out()).doesNotContain("step 1 ");
  }

  @Test
  void other_settings_should_be_refused_with_advice_that_can_be_followed() {
    CommandRun other = tune(whole, "--seed", "2");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err())
        .contains(
            whole + " holds a fine-tuning with other settings",
            "repeat its command to continue it");

    CommandRun train = roberta.train(whole, "switch", "5");
    assertThat(train.code()).isEqualTo(2);
    assertThat(train.err()).contains("name another folder").doesNotContain("--resume");
  }

  private static void assertSameAsWhole(Path tuned) throws IOException {
    assertThat(TinyRuns.tuningLosses(tuned))
        .hasSize(2 * STEPS)
        .isEqualTo(TinyRuns.tuningLosses(whole));
    for (String part : List.of("scratch", "")) {
      assertThat(log(tuned.resolve(part))).hasSize(STEPS).isEqualTo(log(whole.resolve(part)));
    }
    assertThat(Files.readString(tuned.resolve(ClassScores.NAME)))
        .isEqualTo(Files.readString(whole.resolve(ClassScores.NAME)));
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      String at = "checkpoints/step-00000150/" + file;
      assertThat(tuned.resolve(at)).hasSameBinaryContentAs(whole.resolve(at));
    }
    assertThat(tuned.resolve("scratch/checkpoints")).doesNotExist();
  }

  private static List<String> log(Path out) {
    return StepFile.read(out.resolve(StepFile.NAME)).stream()
        .map(step -> step.step() + " " + step.gradientNorm() + step.layers())
        .toList();
  }

  private static int rows(Path out) {
    Path curves = out.resolve(CurveFile.NAME);
    return Files.exists(curves) ? CurveFile.read(curves).size() : 0;
  }

  private static CommandRun tune(Path out, String... more) {
    return CommandRun.of(arguments(out, more).toArray(String[]::new));
  }

  private static List<String> arguments(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("finetune", "--checkpoint", "" + trained, "--data", "" + classes));
    arguments.addAll(List.of("--out", "" + out, "--steps", "" + STEPS, "--batch", "8"));
    arguments.addAll(List.of("--checkpoint-every", "5"));
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }
}
