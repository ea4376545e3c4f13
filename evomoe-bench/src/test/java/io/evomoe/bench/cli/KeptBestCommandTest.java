package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.PreparedData;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.training.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where the learning rate changes no weight, the first evaluation is the best. */
class KeptBestCommandTest extends TinyGpt {
  private static final String[] UNCHANGED = {
    "--learning-rate", "1e-30", "--set", "training.evalEvery=5"
  };

  @Test
  void an_early_end_should_be_an_end_and_say_how_to_go_on() throws IOException {
    CommandRun run = gpt.train(out, "switch", "40", with("--patience", "2")).succeeded();

    String ended = "Ended early at step 15 of 40: 2 evaluations without a lower validation loss\n";
    String more = "train --resume %s --set training.patience=0".formatted(out);
    assertThat(run.out())
        .contains(ended, more)
        .containsPattern("Validation loss [^\\n]*\\n  .* … ")
        .doesNotContain("Stopped and saved", "still falling");
    assertThat(Files.readString(out.resolve(RunResult.FILE)))
        .contains("\"planned_steps\" : 15", "\"best_step\" : 5");
    assertThat(CommandRun.of("train", "--resume", out).succeeded().out())
        .contains(ended, more)
        .doesNotContain("step 16/");
    assertThat(
            CommandRun.of("train", "--resume", out, "--set", "training.patience=0")
                .succeeded()
                .out())
        .contains("Resuming after step 15 of 40")
        .doesNotContain("Ended early");
  }

  @Test
  void commands_should_use_the_best_and_say_so_unless_another_is_named() {
    gpt.train(out, "switch", "15", UNCHANGED).succeeded();

    CommandRun best = CommandRun.of("eval", "--checkpoint", out).succeeded();
    CommandRun last =
        CommandRun.of("eval", "--checkpoint", out.resolve("checkpoints/step-00000015")).succeeded();

    assertThat(best.out()).contains("switch after step 5");
    assertThat(best.err()).contains("Using the best checkpoint, step 5 of 15 (validation loss ");
    assertThat(last.out()).contains("switch after step 15");
    assertThat(last.err()).doesNotContain("Using");
  }

  @Test
  void without_the_best_the_last_should_be_used() {
    gpt.train(out, "switch", "15", with("--no-keep-best")).succeeded();

    CommandRun eval = CommandRun.of("eval", "--checkpoint", out).succeeded();

    assertThat(out.resolve("checkpoints").toFile().list())
        .containsExactlyInAnyOrder("step-00000000", "step-00000015");
    assertThat(eval.out()).contains("switch after step 15");
    assertThat(eval.err()).doesNotContain("Using");
  }

  @Test
  void auto_steps_should_become_plain_numbers_that_are_explained() {
    CommandRun run =
        gpt.train(out, "switch", "auto", "--learning-rate", "1e-30", "--patience", "1");

    TrainingConfig training = ConfigFile.read(out.resolve(RunFiles.CONFIG)).training();
    assertThat(training.steps()).isBetween(241L, 20 * 240L);
    assertThat(training.evalEvery()).as("as it was given").isEqualTo(10);
    assertThat(training.patience()).isEqualTo(1);
    assertThat(run.succeeded().out())
        .containsPattern(
            "Steps: at most [\\d,]+, with dropout 0.1; ends after 1 evaluations? without a lower validation loss, one every \\d+ steps \\(--steps auto\\)")
        .contains(
            "Ended early at step %d of %d".formatted(2 * training.evalEvery(), training.steps()));
    assertThat(CommandRun.of("train", "--resume", out, "--steps", "auto").code()).isEqualTo(2);
  }

  @Test
  void auto_steps_should_be_the_same_for_all_gates_of_a_comparison() {
    CommandRun run =
        gpt.compare(out, "switch,dense", "auto", "--learning-rate", "1e-30", "--keep-models", "all")
            .succeeded();

    for (String gate : new String[] {"switch", "dense"}) {
      Path config = out.resolve("runs/" + gate + "-1").resolve(RunFiles.CONFIG);
      TrainingConfig training = ConfigFile.read(config).training();
      assertThat(training.patience()).isEqualTo(5);
      assertThat(run.out())
          .contains(
              "%s: Ended early at step %d of %d: 5 evaluations"
                  .formatted(gate, 6 * training.evalEvery(), training.steps()));
    }
  }

  @Test
  void auto_steps_should_depend_on_the_data_and_on_the_preset() {
    gpt.train(out, "switch", "1").succeeded();
    RunConfig config = ConfigFile.read(out.resolve(RunFiles.CONFIG));

    try (PreparedData data = PreparedData.read(List.of(gpt.data()), config)) {
      long passes = (long) Math.ceil(8 * data.data().stepsPerPass(config));
      assertThat(auto(config, 240, data)).containsExactly(passes, Math.round(passes / 40.0), 5);
      assertThat(auto(config, 5000, data)).containsExactly(5000, 125, 5);
      assertThat(auto(config, 2, data)).containsExactly(40, 10, 5);
    }
  }

  @Test
  void auto_should_be_rejected_where_it_would_do_harm() {
    gpt.compare(out, "dense", "2", "--set", "training.batch=auto")
        .refused("--batch must be a number for compare, whose runs must stay the same");
    gpt.train(out, "dense", "2").succeeded();
    CommandRun.of("train", "--from", out, "--learning-rate", "auto", "--out", out + "2")
        .refused("--learning-rate must be a number for --from and --init");
  }

  @Test
  void auto_rate_and_batch_should_become_plain_numbers() {
    CommandRun run = gpt.train(out, "switch", "2", "--learning-rate", "auto");

    double rate = ConfigFile.read(out.resolve(RunFiles.CONFIG)).training().learningRate();
    assertThat(run.succeeded().out())
        .containsSubsequence(
            "Range test: up to 120 steps",
            "training part of ",
            "Learning rate: %s, by a range test".formatted(rate));
  }

  @Test
  void other_data_should_end_the_comparison_of_losses() throws IOException {
    gpt.train(out, "dense", "15", UNCHANGED).succeeded();
    Path other = TinyRuns.text(folder);

    CommandRun.of("train", "--resume", out, "--data", other, "--steps", "20").succeeded();

    assertThat(ConfigFile.read(out.resolve(RunFiles.CONFIG)).training().keepBest()).isFalse();
    assertThat(CommandRun.of("eval", "--checkpoint", out).succeeded().out())
        .contains("dense after step 20");
  }

  private static long[] auto(RunConfig config, long preset, PreparedData data) {
    RunConfig usual = config.with(c -> c.training(config.training().with(t -> t.steps(preset))));
    TrainingConfig made =
        new AutoSettings(Set.of(AutoSettings.STEPS), field -> false, MemoryLimit.ofMachine())
            .apply(usual, data.data())
            .training();
    return new long[] {made.steps(), made.evalEvery(), made.patience()};
  }

  private static String[] with(String... more) {
    String[] all = new String[UNCHANGED.length + more.length];
    System.arraycopy(UNCHANGED, 0, all, 0, UNCHANGED.length);
    System.arraycopy(more, 0, all, UNCHANGED.length, more.length);
    return all;
  }
}
