package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.bench.report.ThinnedCurve;
import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.bench.study.StudyResults.RunsFile;
import io.evomoe.bench.study.StudyResults.StudyOrigin;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.testing.Damage;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
  @TempDir Path folder;
  private Study study;

  @BeforeEach
  void a_study() throws IOException {
    study = Studies.of(folder, Studies.ORIGIN);
  }

  @Tag("long")
  @Test
  void should_try_learning_rates_first_and_let_seeds_go_round_the_gates() {
    assertThat(study.runs().stream().map(StudyRun::name))
        .containsExactly(
            "rate-evomoe-0.001",
            "rate-evomoe-0.002",
            "rate-switch-0.001",
            "rate-switch-0.002",
            "evomoe-1",
            "switch-1",
            "evomoe-2",
            "switch-2",
            "evomoe.no-noise-1");
  }

  @Test
  void should_name_a_small_learning_rate_without_an_exponent() throws IOException {
    StudyConfig config = Studies.read(folder, Studies.YAML.replace("0.001", "0.00075"));

    assertThat(new Study(config, study.results(), "study.yaml").runs().get(0).name())
        .isEqualTo("rate-evomoe-0.00075");
  }

  @Test
  void should_take_a_single_learning_rate_untried() throws IOException {
    StudyConfig config = Studies.read(folder, Studies.YAML.replace("[0.001, 0.002]", "[0.004]"));
    Study untried = new Study(config, study.results(), "study.yaml");

    assertThat(untried.runs().stream().map(StudyRun::name))
        .containsExactly("evomoe-1", "switch-1", "evomoe-2", "switch-2", "evomoe.no-noise-1");
    assertThat(untried.rate("switch")).hasValue(0.004);
    assertThat(StudyTables.markdown(untried)).doesNotContain("### Learning rates");
  }

  @Test
  void should_give_each_gate_and_its_variants_the_rate_of_its_lowest_loss() {
    assertThat(study.config(Studies.run(study, "evomoe-1"))).isEmpty();
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    assertThat(study.rate("evomoe")).isEmpty();
    Studies.record(study, "rate-evomoe-0.002", 5, 4.1);
    Studies.record(study, "rate-switch-0.001", 5, 4.0);
    Studies.record(study, "rate-switch-0.002", 5, 4.0);

    assertThat(study.rate("evomoe")).hasValue(0.002);
    assertThat(study.rate("switch")).hasValue(0.001);
    var variant = study.config(Studies.run(study, "evomoe.no-noise-1")).orElseThrow();
    assertThat(variant.training().learningRate()).isEqualTo(0.002);
    assertThat(variant.training().steps()).isEqualTo(40);
    assertThat(variant.options()).containsEntry("noise", "false");
  }

  @Test
  void should_find_a_run_of_the_same_configuration_data_and_revision_only() throws IOException {
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    StudyRun run = Studies.run(study, "rate-evomoe-0.001");
    assertThat(study.record(run).orElseThrow().result().validLoss()).isEqualTo(4.2);

    StudyOrigin elsewhere = new StudyOrigin(1, "abc", "4567", "nd4j", "64 processors");
    assertThat(Studies.of(folder, elsewhere).record(run)).isPresent();
    StudyOrigin otherData = new StudyOrigin(1, "abd", "0123", "onednn", "2 processors");
    assertThat(Studies.of(folder, otherData).record(run)).isEmpty();
    StudyOrigin later = new StudyOrigin(2, "abc", "0123", "onednn", "2 processors");
    assertThat(Studies.of(folder, later).record(run)).isEmpty();
    StudyConfig longer = Studies.read(folder, Studies.YAML.replace("steps: 20", "steps: 30"));
    assertThat(new Study(longer, study.results(), "study.yaml").record(run)).isEmpty();
  }

  @Test
  void a_run_should_not_depend_on_options_of_gates_that_it_has_not() throws IOException {
    Studies.record(study, "rate-switch-0.001", 5, 4.2);
    Studies.record(study, "rate-evomoe-0.001", 5, 4.1);
    StudyConfig changed =
        Studies.read(
            folder,
            Studies.YAML.replace("settings:", "settings:\n  gateOptions: {switch: {alpha: 0.02}}"));
    Study other = new Study(changed, study.results(), "study.yaml");

    assertThat(other.record(Studies.run(other, "rate-evomoe-0.001"))).isPresent();
    assertThat(other.record(Studies.run(other, "rate-switch-0.001"))).isEmpty();
  }

  @Test
  void should_write_the_same_file_in_whatever_order_runs_finish() throws IOException {
    Path second = Files.createDirectory(folder.resolve("second"));
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    Studies.record(study, "rate-switch-0.001", 5, 4.1);
    Study other = Studies.of(second, Studies.ORIGIN);
    Studies.record(other, "rate-switch-0.001", 5, 4.3);
    Studies.record(other, "rate-evomoe-0.001", 5, 4.2);
    assertThat(runs(second)).isNotEqualTo(runs(folder));

    Studies.record(other, "rate-switch-0.001", 5, 4.1);

    assertThat(runs(second)).isEqualTo(runs(folder));
    assertThat(other.record(Studies.run(other, "rate-switch-0.001")).orElseThrow())
        .isEqualTo(study.record(Studies.run(study, "rate-switch-0.001")).orElseThrow());
  }

  private static byte[] runs(Path folder) throws IOException {
    return Files.readAllBytes(folder.resolve("results").resolve(StudyResults.NAME));
  }

  @Test
  void should_name_a_damaged_file_and_leave_it_as_it_is() throws IOException {
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    Path file = folder.resolve("results").resolve(StudyResults.NAME);
    byte[] damaged = Arrays.copyOf(runs(folder), 700);
    Files.write(file, damaged);
    Study reopened = Studies.of(folder, Studies.ORIGIN);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> reopened.record(Studies.run(study, "rate-evomoe-0.001")))
        .withMessage("study results %s cannot be read: zip END header not found", file);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Studies.record(reopened, "rate-switch-0.001", 5, 4.2))
        .withMessageContaining(file.toString());
    assertThat(file).hasBinaryContent(damaged);
  }

  @Tag("long")
  @Test
  void should_find_the_same_run_or_none_in_a_damaged_file_or_name_it() throws IOException {
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    StudyRun run = Studies.run(study, "rate-evomoe-0.001");
    Outcome whole = study.record(run).orElseThrow();
    Path file = folder.resolve("results").resolve(StudyResults.NAME);
    byte[] bytes = runs(folder);
    for (int seed = 0; seed < 100; seed++) {
      Files.write(file, Damage.bytes(bytes, new Random(seed)));
      try {
        Optional<Outcome> found = Studies.of(folder, Studies.ORIGIN).record(run);
        assertThat(found).as("seed %d", seed).isIn(Optional.of(whole), Optional.empty());
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void should_name_what_a_file_lacks() {
    RunsFile file = new RunsFile(folder.resolve("results").resolve(StudyResults.NAME));
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    file.write(file.read(entry -> !entry.endsWith("config.yaml")));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Studies.of(folder, Studies.ORIGIN).record(Studies.run(study, "rate-evomoe-0.001")))
        .withMessage("%s must hold rate-evomoe-0.001/config.yaml", file.path());
  }

  @Test
  void a_thinned_curve_should_keep_evaluations_and_average_the_steps_between() {
    List<StepRecord> thinned = thinned(400, step -> step % 50 == 0);

    assertThat(thinned).hasSize(40);
    assertThat(thinned.get(0).step()).isEqualTo(10);
    assertThat(thinned.get(0).trainLoss()).isEqualTo(5.5, within(1e-9));
    assertThat(thinned.stream().filter(row -> row.evaluated())).hasSize(8);
    assertThat(thinned.get(39).step()).isEqualTo(400);
  }

  @Test
  void a_thinned_curve_should_keep_an_evaluation_off_its_stride() {
    List<StepRecord> thinned = thinned(401, step -> step == 13);

    assertThat(thinned.stream().map(StepRecord::step))
        .startsWith(10L, 13L, 20L)
        .endsWith(400L, 401L);
    assertThat(thinned.get(1).trainLoss()).isEqualTo(12);
    assertThat(thinned.get(2).trainLoss()).isEqualTo(17);
  }

  /** From a curve of so many steps, some of them evaluated. */
  private static List<StepRecord> thinned(int steps, IntPredicate evaluated) {
    List<StepRecord> rows =
        IntStream.rangeClosed(1, steps)
            .mapToObj(
                step -> {
                  StepRecord row = Studies.row(step, step);
                  return evaluated.test(step)
                      ? row
                      : row.evaluated(Double.NaN, row.routingFluctuation());
                })
            .toList();
    RunName name = new RunName("gpt", "evomoe", 1);
    return ThinnedCurve.of(new RecordedRun(name, rows, List.of()), 40).steps();
  }
}
