package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.FileTree;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a comparison trained can be used. */
@Tag("long")
class KeptModelsTest extends TinyGpt {
  private static final String GATES = "evomoe,switch,dense";

  @Test
  void the_best_runs_model_should_be_the_one_that_stays() throws IOException {
    CommandRun compared = gpt.compare(out, GATES, "30");

    assertThat(compared.code()).as(compared.err()).isZero();
    RunResult best =
        RunResult.read(out.resolve(RunResult.FILE)).stream()
            .min(Comparator.comparingDouble(RunResult::validLoss))
            .orElseThrow();
    assertThat(kept()).containsExactly(best.gate() + "-1");
    assertThat(compared.out()).contains("): " + out.resolve("runs").resolve(best.gate() + "-1"));
    String other = best.gate().equals("dense") ? "switch" : "dense";
    try (Stream<Path> files = Files.list(out.resolve("runs/" + other + "-1"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("a run without its model")
          .containsExactlyInAnyOrder("finished.json", "steps.jsonl");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "none"})
  void all_or_none_should_stay_where_asked(String which) throws IOException {
    CommandRun compared = gpt.compare(out, GATES, "6", "--keep-models", which);

    assertThat(compared.code()).as(compared.err()).isZero();
    assertThat(kept())
        .isEqualTo(which.equals("all") ? List.of("dense-1", "evomoe-1", "switch-1") : List.of());
  }

  @Test
  void a_kept_model_should_be_the_one_that_train_makes() throws IOException {
    Path trained = folder.resolve("trained");
    assertThat(gpt.train(trained, "evomoe", "30").code()).isZero();
    assertThat(gpt.compare(out, "evomoe", "30").code()).isZero();

    Path run = out.resolve("runs/evomoe-1");
    assertThat(model(run)).hasSameBinaryContentAs(model(trained));
    assertThat(TinyRuns.losses(run)).isEqualTo(TinyRuns.losses(trained));
    for (String command : List.of("eval", "generate --prompt x --tokens 5 --greedy")) {
      CommandRun used = using(run, command);
      assertThat(used.code()).as(used.err()).isZero();
      assertThat(used.out()).isEqualTo(using(trained, command).out());
    }
    Path exported = folder.resolve("exported");
    assertThat(using(run, "export --out " + exported).code()).isZero();
    assertThat(exported.resolve("model.safetensors")).exists();
  }

  @Test
  void a_kept_model_should_go_on_with_all_of_its_curve() throws IOException {
    gpt.compare(out, "switch", "20");
    Path run = out.resolve("runs/switch-1");

    CommandRun more = CommandRun.of("train", "--resume", run.toString(), "--steps", "30");

    assertThat(more.code()).as(more.err()).isZero();
    assertThat(CurveFile.read(run.resolve(CurveFile.NAME))).hasSize(30);
  }

  @Test
  void a_model_that_somebody_trained_on_should_not_be_deleted() throws IOException {
    gpt.compare(out, "switch", "20");
    Path run = out.resolve("runs/switch-1");
    CommandRun.of("train", "--resume", run.toString(), "--steps", "30");

    assertThat(gpt.compare(out, "switch", "20", "--keep-models", "none").out())
        .contains("already finished");
    assertThat(kept()).containsExactly("switch-1");
    String curves = Files.readString(out.resolve(CurveFile.NAME));
    CommandRun anew = gpt.compare(out, "switch", "25");
    assertThat(anew.code()).isEqualTo(2);
    assertThat(out.resolve(CurveFile.NAME)).hasContent(curves);
    assertThat(anew.err()).contains(run + " has a run that was trained further");
    assertThat(kept()).containsExactly("switch-1");
  }

  @Test
  void a_model_that_an_earlier_call_did_not_keep_should_be_said_to_be_missing() throws IOException {
    gpt.compare(out, "switch", "20", "--keep-models", "none");

    CommandRun again = gpt.compare(out, "switch", "20");

    assertThat(again.out()).contains("its model was not kept; delete", "finished.json to train it");
    FileTree.delete(out.resolve("runs/switch-1/finished.json"));
    assertThat(gpt.compare(out, "switch", "20").code()).isZero();
    assertThat(kept()).containsExactly("switch-1");
  }

  @Test
  void all_should_say_which_models_an_earlier_call_did_not_keep() throws IOException {
    gpt.compare(out, GATES, "6");
    String kept = kept().get(0);

    CommandRun all = gpt.compare(out, GATES, "6", "--keep-models", "all");

    assertThat(all.out().lines().filter(line -> line.startsWith("No model: ")))
        .hasSize(2)
        .allMatch(line -> line.contains("its model was not kept; delete "))
        .noneMatch(line -> line.contains("/" + kept + " "));
  }

  @Test
  void the_folder_of_a_comparison_should_lead_to_the_run_that_was_kept() throws IOException {
    gpt.compare(out, GATES, "6");
    Path kept = out.resolve("runs/" + kept().get(0));
    String dropped = kept.endsWith("dense-1") ? "switch-1" : "dense-1";

    CommandRun.of("eval", "--checkpoint", out)
        .refused(
            " is not the folder of a training run: it has no config.yaml, " + kept + " has one");
    CommandRun.of("eval", "--checkpoint", out.resolve("runs/" + dropped))
        .refused("it has no config.yaml, since its model was not kept");
  }

  @Test
  void a_model_that_an_earlier_call_kept_should_not_be_dropped_in_silence() throws IOException {
    CommandRun all = gpt.compare(out, GATES, "6", "--keep-models", "all");
    assertThat(all.out()).doesNotContain("Deleted");

    CommandRun best = gpt.compare(out, GATES, "6");

    assertThat(kept()).hasSize(1);
    String stays = kept().get(0);
    assertThat(best.out().lines().filter(line -> line.startsWith("Deleted the model of ")))
        .hasSize(2)
        .allMatch(line -> line.endsWith(": --keep-models is best"))
        .noneMatch(line -> line.contains(stays + ":"));
    assertThat(gpt.compare(out, GATES, "6").out()).doesNotContain("Deleted");
  }

  @Test
  void another_word_should_be_refused() {
    CommandRun refused = gpt.compare(out, "switch", "20", "--keep-models", "some");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("--keep-models", "[BEST, ALL, NONE]", "some");
  }

  private static CommandRun using(Path run, String command) {
    String[] words = command.split(" ", 2);
    String rest = words.length == 1 ? "" : " " + words[1];
    return CommandRun.of((words[0] + " --checkpoint " + run + rest).split(" ", -1));
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> runs = Files.list(out.resolve("runs"))) {
      return runs.filter(run -> Files.exists(run.resolve("checkpoints")))
          .map(run -> run.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static Path model(Path run) {
    return CheckpointFolder.latest(run.resolve("checkpoints"))
        .orElseThrow()
        .resolve("model.safetensors");
  }
}
