package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.study.StudyResults;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.record.CurveFile;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A study trains what is missing and nothing else. */
class StudyCommandTest {
  private static final int RUNS = 9;

  private static final String YAML =
      """
      task: gpt
      preset: quick
      revision: 1
      seeds: [1, 2]
      baseline: switch
      gates: [evomoe, switch]
      learningRates: {rates: [0.002, 0.004], steps: 20, seed: 9}
      settings:
        model: {vocabulary: 300, sequence: 16, hiddenSize: 16, intermediateSize: 32}
        training: {steps: 30, batch: 4, evalEvery: 10, evalBatches: 2}
      ablations:
        reference: evomoe
        seeds: [1]
        variants:
          no-noise: {gateOptions: {evomoe: {noise: false}}}
      """;

  @TempDir Path folder;
  private TinyRuns text;
  private Path config;

  @BeforeEach
  void a_study() throws IOException {
    text = TinyRuns.everyTask(folder).get(0);
    config = Files.writeString(folder.resolve("study.yaml"), YAML);
  }

  private CommandRun study(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "study",
                "--config",
                config.toString(),
                "--work",
                folder.resolve("work").toString(),
                "--data",
                text.data().toString()));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private Path results() {
    return folder.resolve("results/study");
  }

  @Test
  @Tag("long")
  void a_variant_that_is_shown_should_have_charts_before_any_gate() throws IOException {
    Files.writeString(
        config, YAML.replace("reference: evomoe", "reference: evomoe\n  shown: [no-noise]"));

    CommandRun run = study("--only", "evomoe.no-noise-1");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("work/report.html")).content().contains("evomoe.no-noise");
  }

  @Tag("long")
  @Test
  void should_train_what_is_missing_and_nothing_else() throws IOException {
    CommandRun first = study();
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains(RUNS + " of 9 runs are missing", "[9 of 9, about", "9 of 9 runs are recorded")
        .contains("### Variants of evomoe");
    assertThat(folder.resolve("work/report.html"))
        .content()
        .contains("evomoe.no-noise", "steps 30, batch 4");
    String tables = Files.readString(results().resolve("tables.md"));

    deleteAll(folder.resolve("work"));
    assertThat(study().out()).contains("0 of 9 runs are missing", tables);

    String before = recorded("evomoe-1/curves.csv").orElseThrow();
    assertThat(CurveFile.parse(before, "evomoe-1")).hasSize(30);
    forget("evomoe-1");
    assertThat(study().out()).contains("1 of 9 runs are missing", "[1 of 1, about 0 min left]");
    assertThat(losses(recorded("evomoe-1/curves.csv").orElseThrow())).isEqualTo(losses(before));
  }

  @Test
  @Tag("long")
  void should_train_anew_what_an_earlier_revision_has_trained() throws IOException {
    study("--only", "rate-switch-0.002");
    Files.writeString(config, YAML.replace("revision: 1", "revision: 2"));

    CommandRun run = study("--only", "rate-switch-0.002");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("1 of 1 runs are missing").doesNotContain("already finished");
  }

  @Test
  void should_refuse_a_variant_of_other_data() throws IOException {
    Files.writeString(
        config,
        YAML.replace("{gateOptions: {evomoe: {noise: false}}}", "{split: {validShare: 0.3}}"));

    study().refused("evomoe.no-noise must not change split or data: all runs share them");
  }

  @Tag("long")
  @Test
  void should_keep_recorded_runs_when_their_learning_rate_is_found_anew() throws IOException {
    study("--only", "switch-*");
    forget("rate-switch-0.002");

    assertThat(study("--only", "switch-*").out())
        .contains("rate-switch-0.002", "switch-1: recorded", "switch-2: recorded")
        .doesNotContain("] switch-1", "] switch-2");
  }

  @Test
  @Tag("long")
  void should_train_anew_what_was_made_of_other_data() throws IOException {
    study("--only", "rate-switch-0.002");
    Files.writeString(text.data(), Files.readString(text.data()).replace("roads", "lakes"));

    assertThat(study("--tables").out()).contains("9 of 9 runs are missing");
  }

  @Tag("long")
  @Test
  void should_train_the_named_runs_and_what_finds_their_learning_rates() throws IOException {
    CommandRun run = study("--only", "switch-*");

    assertThat(run.out()).contains("4 of 4 runs are missing", "4 of 9 runs are recorded");
    assertThat(recorded("rate-switch-0.002/result.json")).isPresent();
    assertThat(recorded("evomoe-1/result.json")).isEmpty();
    assertThat(run.out())
        .contains(
            "5 runs: rate-evomoe-0.002, rate-evomoe-0.004, evomoe-1, evomoe-2, evomoe.no-noise-1.");
  }

  @Test
  void should_write_tables_of_what_there_is_without_training() {
    CommandRun run = study("--tables");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("0 of 9 runs are recorded").doesNotContain("step ");
    assertThat(results().resolve("tables.md")).isNotEmptyFile();
  }

  @Test
  @Tag("long")
  void should_take_a_run_that_finished_but_was_not_recorded() throws IOException {
    study("--only", "rate-switch-0.002");
    forget("rate-switch-0.002");

    assertThat(study("--only", "rate-switch-0.002").out())
        .contains("rate-switch-0.002: already finished", "1 of 9 runs are recorded");
  }

  @Test
  @Tag("long")
  void should_leave_models_for_other_commands_where_it_is_asked_to() throws IOException {
    Path run = folder.resolve("work/runs/rate-switch-0.002");
    String[] one = {"--only", "rate-switch-0.002", "--keep-all-models"};

    assertThat(study(one).out()).contains("Model: " + run);
    CommandRun evaluated = CommandRun.of("eval", "--checkpoint", run.toString());
    assertThat(evaluated.code()).as(evaluated.err()).isZero();

    assertThat(study(one).out())
        .contains("The others are recorded in " + results() + " and have no model");
    deleteAll(run.resolve("checkpoints"));
    deleteAll(results());
    assertThat(study(one).out())
        .contains("No model: " + run + " is finished and its model was not kept");
  }

  @Test
  @Tag("long")
  void should_leave_a_run_as_it_is_that_somebody_trains_on_or_has() throws IOException {
    Path run = folder.resolve("work/runs/rate-switch-0.002");
    text.train(run, "switch", "6");
    Path curve = run.resolve(CurveFile.NAME);
    String before = Files.readString(curve);

    study("--only", "rate-switch-0.002").refused(run + " has a run that was trained further");
    assertThat(curve).hasContent(before);
    OutputFolder.setWriter("evomoe train");
    try (OutputFolder held = OutputFolder.open(run)) {
      study("--only", "rate-switch-0.002").refused(run + " is being written by evomoe train");
    }
    assertThat(curve).hasContent(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--only=nothing: --only must be the name of a run, such as rate-evomoe-0.002",
        "--tables --only=x: --only cannot be given with --tables, which trains nothing",
        "--tables --report-every=3: --report-every cannot be given with --tables",
        "--config=absent.yaml: absent.yaml cannot be read: there is no such file"
      })
  void should_refuse_wrong_input_in_one_line(String input) {
    String[] parts = input.split(": ", 2);
    CommandRun run =
        parts[0].startsWith("--config")
            ? CommandRun.of("study", parts[0])
            : study(parts[0].split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(parts[1]).hasLineCount(1);
    assertThat(results()).doesNotExist();
  }

  private Optional<String> recorded(String entry) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(results().resolve(StudyResults.NAME))) {
      Path file = zip.getPath(entry);
      return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }
  }

  private void forget(String run) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(results().resolve(StudyResults.NAME))) {
      deleteAll(zip.getPath(run));
    }
  }

  private static String losses(String curves) {
    StringBuilder text = new StringBuilder();
    CurveFile.parse(curves, CurveFile.NAME)
        .forEach(row -> text.append(row.trainLoss()).append(row.validLoss()));
    return text.toString();
  }

  private static void deleteAll(Path path) throws IOException {
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
