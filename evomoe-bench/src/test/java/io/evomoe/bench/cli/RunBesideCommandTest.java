package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.run.Run;
import io.evomoe.run.RunBuilder;
import io.evomoe.run.internal.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A program and the command line make the same run, and each goes on with the other's. */
class RunBesideCommandTest {
  private static final int STEPS = 20;

  @TempDir Path folder;

  /** Before the spawn, which comes before step 2, and after it. */
  @Tag("long")
  @ParameterizedTest
  @CsvSource({"gpt, 1", "gpt, 9", "roberta, 1", "roberta, 9", "mt, 1", "mt, 9"})
  void should_be_the_same_run_to_the_bit_and_go_on_from_one_to_the_other(String task, int at)
      throws IOException {
    Path ofCode = folder.resolve("code");
    Path ofCommand = folder.resolve("command");
    Path cut = folder.resolve("cut");
    try (Run<?> run = builder(task).in(ofCode)) {
      run.train();
    }
    List<String> arguments = arguments(task, ofCommand);
    assertThat(CommandRun.of(arguments.toArray(String[]::new)).code()).isZero();
    try (Run<?> run = builder(task).in(cut)) {
      run.train(
          (report, training) -> {
            if (report.step() == at) {
              run.requestStop();
            }
          });
    }
    assertThat(CommandRun.of("train", "--resume", cut.toString()).code()).isZero();

    assertThat(new RunFolder(ofCode).config()).isEqualTo(new RunFolder(ofCommand).config());
    assertThat(TinyRuns.losses(ofCode)).hasSize(STEPS).isEqualTo(TinyRuns.losses(ofCommand));
    assertThat(TinyRuns.losses(cut)).isEqualTo(TinyRuns.losses(ofCode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  void should_go_on_with_and_measure_a_run_of_the_command_line(String task) throws IOException {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    assertThat(CommandRun.of(arguments(task, whole).toArray(String[]::new)).code()).isZero();
    assertThat(CommandRun.of(arguments(task, cut).toArray(String[]::new)).code()).isZero();
    TinyRuns.deleteNewestCheckpoint(cut);

    try (Run<?> run = Run.open(cut)) {
      assertThat(run.steps()).isEqualTo(10);
      run.train();
      assertThat(run.evaluate().lines().get(0))
          .isEqualTo(
              CommandRun.of("eval", "--checkpoint", whole.toString())
                  .out()
                  .lines()
                  .toList()
                  .get(0));
    }
    assertThat(TinyRuns.losses(cut)).isEqualTo(TinyRuns.losses(whole));
  }

  @Test
  void should_refuse_a_value_with_the_sentence_of_the_command_line() throws IOException {
    String said =
        CommandRun.of(
                arguments("gpt", folder.resolve("x"), "--set", "model.numAttentionHeads=3")
                    .toArray(String[]::new))
            .err();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("gpt").set("model.numAttentionHeads", "3").config())
        .satisfies(e -> assertThat(said).contains(String.valueOf(e.getMessage())));
  }

  @Test
  void should_refuse_a_run_of_a_later_format() throws IOException {
    Path out = folder.resolve("run");
    try (Run<?> run = builder("gpt").in(out)) {
      run.train();
    }
    Path config = out.resolve("config.yaml");
    Files.writeString(config, Files.readString(config) + "somethingOfLater: 1\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(out))
        .withMessageContaining("somethingOfLater");
  }

  private RunBuilder<?> builder(String task) throws IOException {
    return tiny(task).builder("evomoe", "" + STEPS).set("training.checkpointEvery", "10");
  }

  private List<String> arguments(String task, Path out, String... more) throws IOException {
    String[] often = {"--set", "training.checkpointEvery=10"};
    return tiny(task).trainArguments(out, "evomoe", "" + STEPS, more.length == 0 ? often : more);
  }

  private TinyRuns tiny(String task) throws IOException {
    return TinyRuns.everyTask(folder).stream()
        .filter(run -> run.task().equals(task))
        .findFirst()
        .orElseThrow();
  }
}
