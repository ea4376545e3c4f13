package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A checkpoint goes with the configuration that it was made with, whatever the file beside it says.
 */
class SavedConfigTest extends TrainedGpt {
  private static final String NEWEST = "checkpoints/step-00000020";

  @BeforeAll
  static void train_a_model() {
    CommandRun run =
        gpt.train(trained, "switch", "20", "--set", "gateOptions.switch.capacityFactor=2");
    assertThat(run.code()).as(run.err()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numAttentionHeads: 2 | numAttentionHeads: 4 | model.numAttentionHeads",
        "dropout: 0.0 | dropout: 0.5 | model.dropout",
        "activation: null | activation: 'RELU' | architecture.activation",
        "gate: \"switch\" | gate: \"base\" | gate",
        "seed: 1\\nmodel | seed: 2\\nmodel | seed",
        "validShare: 0.05 | validShare: 0.2 | split.validShare",
        "capacityFactor: \"2\" | capacityFactor: \"3\" | gateOptions.switch.capacityFactor",
        "capacityFactor: \"2\" | alpha: \"0.5\" | gateOptions.switch.alpha",
      })
  void a_field_of_the_model_that_was_changed_should_be_refused_by_every_command(
      String was, String is, String field) throws IOException {
    Path run = edited(was.replace("\\n", "\n"), is.replace("\\n", "\n"));

    for (String command :
        List.of(
            "eval --checkpoint RUN",
            "generate --checkpoint RUN",
            "logits --checkpoint RUN --ids 1,2",
            "export --checkpoint RUN --out OUT",
            "convert --checkpoint RUN --out OUT --experts 8",
            "train --init RUN --out OUT",
            "train --resume RUN",
            "train --resume RUN/checkpoints/step-00000000")) {
      CommandRun refused = command(command.replace("RUN", "" + run).replace("OUT", run + "-out"));
      assertThat(refused.code()).as(command + refused.out()).isEqualTo(2);
      assertThat(errors(refused)).as(refused.err()).hasSize(1);
      assertThat(errors(refused).get(0))
          .contains(field + " is ", " in " + run.resolve("config.yaml") + ", but ")
          .contains("/checkpoints/step-000000", " was made with ");
    }
    assertThat(Path.of(run + "-out")).doesNotExist();
  }

  @Test
  void options_of_another_gate_should_be_those_of_the_file() throws IOException {
    Path run = edited("gateOptions:\n", "gateOptions:\n  topk:\n    k: \"1\"\n");
    Path out = Path.of(run + "-out");

    CommandRun next = command("train --from %s --gate topk --steps 1 --out %s".formatted(run, out));

    assertThat(next.code()).as(next.err()).isZero();
    assertThat(Files.readString(out.resolve("config.yaml"))).contains("k: \"1\"");
  }

  @Test
  void both_values_should_be_named() throws IOException {
    Path run = edited("numAttentionHeads: 2", "numAttentionHeads: 4");

    assertThat(errors(command("eval --checkpoint " + run)))
        .containsExactly(
            "evomoe: model.numAttentionHeads is 4 in %s, but %s was made with 2"
                .formatted(run.resolve("config.yaml"), run.resolve(NEWEST)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learningRate: 0.004 | learningRate: 0.001 | training.learningRate | 0.001",
        "batch: 4 | batch: 2 | training.batch | 2",
        "precision: \"f32\" | precision: \"bf16\" | compute.precision | bf16",
        "steps: 20 | steps: 30 | training.steps | 30",
        "maxTemperature: 2.0 | maxTemperature: 3.0 | evolution.maxTemperature | 3.0",
      })
  void a_field_of_the_run_that_was_changed_should_be_refused_until_it_is_asked_for(
      String was, String is, String field, String value) throws IOException {
    Path run = edited(was, is);

    CommandRun refused = command("train --resume " + run);

    assertThat(refused.code()).as(refused.out()).isEqualTo(2);
    assertThat(errors(refused))
        .containsExactly(
            "evomoe: %s is %s in %s, but %s was made with %s: to continue with %s, set %s=%s (--set) when it is resumed"
                .formatted(
                    field,
                    value,
                    run.resolve("config.yaml"),
                    run.resolve(NEWEST),
                    was.replaceAll(".*: |\"", ""),
                    value,
                    field,
                    value));
  }

  @Test
  void a_model_should_be_measured_as_it_was_trained_whatever_the_file_says() throws IOException {
    String measured = command("eval --checkpoint " + trained + " --batches 1").out();
    for (String[] edit :
        new String[][] {{"batch: 4", "batch: 2"}, {"precision: \"f32\"", "precision: \"bf16\""}}) {
      Path run = edited(edit[0], edit[1]);

      CommandRun eval = command("eval --checkpoint " + run + " --batches 1");

      assertThat(eval.code()).as(eval.err()).isZero();
      assertThat(eval.out()).isEqualTo(measured);
    }
  }

  @Test
  void fields_that_no_number_depends_on_should_be_free() throws IOException {
    Path run = edited("skipNonFinite: 0", "skipNonFinite: 3");
    replace(run, "checkpointEvery: 0", "checkpointEvery: 5");
    replace(run, "evalEvery: 10", "evalEvery: 5");
    replace(run, "recompute: false", "recompute: true");

    assertThat(command("eval --checkpoint " + run).err()).doesNotContain("made with");
    assertThat(command("train --resume " + run).code()).isZero();
  }

  @Test
  void a_resumed_run_should_take_other_values_when_asked_and_say_them_once() throws IOException {
    Path run = copy();

    CommandRun first =
        command(
            "train --resume %s --steps 25 --learning-rate 0.001 --batch 2 --precision bf16 --recompute"
                .formatted(run));
    TinyRuns.deleteNewestCheckpoint(run);
    CommandRun second = command("train --resume " + run);

    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains(
            "training.steps: 20 in the checkpoint, 25 from here on",
            "training.learningRate: 0.004 in the checkpoint, 0.001 from here on",
            "training.batch: 4 in the checkpoint, 2 from here on",
            "compute.precision: f32 in the checkpoint, bf16 from here on",
            "compute.recompute: false so far, true from here on",
            "where steps of 2 sequences would have ended, not 4: the part in between is read"
                + " again");
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.out())
        .contains("Resuming after step 20 of 25")
        .doesNotContain("from here on", "read again");
    assertThat(TinyRuns.losses(run)).hasSize(25);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.experts=8|model.experts cannot be changed when a run is resumed: it is 4 in ",
        "gateOptions.switch.alpha=1|gateOptions.switch.alpha cannot be changed when a run is"
            + " resumed",
        "training.steps=10|training.steps must be at least 20, the steps that ",
        "training.batch=0|batch must be at least 1, was 0",
        "training.nonesuch=0|nonesuch",
      })
  void what_a_resumed_run_cannot_take_should_be_refused(String line) throws IOException {
    Path run = copy();
    String[] parts = line.split("\\|", -1);

    CommandRun refused = command("train --resume " + run + " --set " + parts[0]);

    assertThat(refused.code()).as(refused.out()).isEqualTo(2);
    assertThat(errors(refused)).as(refused.err()).hasSize(1);
    assertThat(errors(refused).get(0)).contains(parts[1]);
    assertThat(run.resolve("config.yaml")).hasSameTextualContentAs(trained.resolve("config.yaml"));
  }

  @Test
  void experts_that_are_spawned_should_stay_spawned_when_a_run_is_made_longer() {
    Path run = folder.resolve("evomoe");
    assertThat(gpt.train(run, "evomoe", "20").code()).isZero();

    CommandRun longer = command("train --resume " + run + " --steps 30");
    CommandRun moved = command("train --resume " + run + " --set evolution.diversifySteps=30");

    assertThat(longer.code()).as(longer.err()).isZero();
    assertThat(longer.out())
        .contains("evolution.diversifySteps: null in the checkpoint, 1 from here on");
    assertThat(moved.code()).isEqualTo(2);
    assertThat(moved.err())
        .contains(
            "evolution.diversifySteps cannot be changed when a run is resumed",
            "are spawned already");
  }

  /** Temperature, prior and hard phase count from the spawn, which cannot have been before it. */
  @Test
  void experts_that_are_yet_to_come_should_not_have_come_earlier() {
    Path run = folder.resolve("evomoe");
    String[] late = {"--set", "evolution.diversifySteps=40"};
    assertThat(gpt.train(run, "evomoe", "20", late).code()).isZero();

    CommandRun earlier = command("train --resume " + run + " --set evolution.diversifySteps=5");
    assertThat(earlier.code()).isEqualTo(2);
    assertThat(errors(earlier).get(0))
        .contains("evolution.diversifySteps must be at least 20, the steps that ", ", was 5");
  }

  @Test
  void a_share_of_a_shorter_run_should_not_put_the_spawn_where_one_expert_was() throws IOException {
    Path run = folder.resolve("evomoe");
    String[] share = {
      "--set", "evolution.diversifyShare=0.9", "--set", "training.checkpointEvery=15"
    };
    assertThat(gpt.train(run, "evomoe", "40", share).code()).isZero();
    TinyRuns.deleteNewestCheckpoint(run);

    CommandRun shorter = command("train --resume " + run + " --steps 32");
    assertThat(shorter.code()).as(shorter.err()).isZero();
    assertThat(shorter.out())
        .contains("evolution.diversifySteps: null in the checkpoint, 30 from here on");
  }

  @Test
  void a_checkpoint_under_the_name_of_another_step_should_be_refused() throws IOException {
    Path run = copy();
    Path renamed = run.resolve("checkpoints/step-00000777");
    Files.move(run.resolve(NEWEST), renamed);

    for (String command : List.of("eval --checkpoint ", "train --resume ")) {
      CommandRun refused = command(command + run);
      assertThat(refused.code()).isEqualTo(1);
      assertThat(errors(refused))
          .containsExactly(
              "evomoe: %s is damaged: its name says step 777, its state.json step 20; the checkpoint before it is whole: %s"
                  .formatted(renamed, run.resolve("checkpoints/step-00000000")));
    }
  }

  @Test
  void a_run_whose_tokenizer_is_gone_should_say_so() throws IOException {
    Path run = copy();
    Path tokenizer = run.resolve("tokenizer");
    FileTree.delete(tokenizer);

    assertThat(errors(command("eval --checkpoint " + run)))
        .containsExactly(
            "evomoe: there is no tokenizer in %s: it must be the one that %s was trained with"
                .formatted(tokenizer, run.resolve(NEWEST)));
  }

  private Path edited(String was, String is) throws IOException {
    Path run = copy();
    replace(run, was, is);
    return run;
  }

  private static void replace(Path run, String was, String is) throws IOException {
    Path file = run.resolve("config.yaml");
    String text = Files.readString(file);
    assertThat(text).contains(was);
    Files.writeString(file, text.replace(was, is));
  }

  private Path copy() throws IOException {
    Path to = Files.createTempDirectory(folder, "run");
    try (Stream<Path> files = Files.walk(trained)) {
      for (Path file : files.skip(1).toList()) {
        Files.copy(file, to.resolve(trained.relativize(file).toString()));
      }
    }
    return to;
  }

  private static List<String> errors(CommandRun run) {
    return run.err().lines().filter(line -> line.startsWith("evomoe: ")).toList();
  }

  private static CommandRun command(String line) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ", -1)));
    return CommandRun.of(arguments.toArray(String[]::new));
  }
}
