package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.Spread;
import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.testing.OtherDigits;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTablesTest {
  @TempDir Path folder;
  private Study study;

  @BeforeEach
  void a_study() throws IOException {
    study = Studies.of(folder, Studies.ORIGIN);
  }

  private void recordAll() {
    Studies.record(study, "rate-evomoe-0.001", 5, 4.2);
    Studies.record(study, "rate-evomoe-0.002", 5, 4.1);
    Studies.record(study, "rate-switch-0.001", 5, 4.0);
    Studies.record(study, "rate-switch-0.002", 5, 4.3);
    Studies.record(study, "evomoe-1", 5, 4.2, 3.8, 3.7);
    Studies.record(study, "switch-1", 5, 4.5, 4.2, 4.0);
    Studies.record(study, "evomoe-2", 5, 4.6, 4.4, 4.3);
    Studies.record(study, "switch-2", 5, 4.6, 4.4, 4.2);
    Studies.record(study, "evomoe.no-noise-1", 5, 4.2, 3.8, 3.6);
  }

  @Test
  void should_say_what_is_missing_and_leave_it_out() {
    assertThat(StudyTables.markdown(study))
        .contains(
            "0 of 9 runs are recorded", "9 runs: rate-evomoe-0.001, ", "| evomoe | - | - | - |");

    recordAll();

    assertThat(StudyTables.markdown(study))
        .contains("9 of 9 runs are recorded")
        .doesNotContain("Not run yet", "NaN");
  }

  /** However many rows the thinned curve has between two of them. */
  @Tag("long")
  @Test
  void every_evaluation_should_count_alike_in_the_routing_fluctuation() {
    StudyRun run = Studies.run(study, "switch-1");
    recordAll();
    double none = Double.NaN;
    Outcome recorded = study.record(run).orElseThrow();
    List<StepRecord> rows =
        List.of(
            Studies.row(96, none, none),
            Studies.row(100, 4, 1),
            Studies.row(144, none, none),
            Studies.row(150, 4, 0));
    Outcome record =
        new Outcome(
            recorded.result(), new RecordedRun(recorded.recorded().name(), rows, List.of()));

    assertThat(Group.meanOfEvaluations(record, StepRecord::routingFluctuation)).isEqualTo(0.5);
  }

  @Tag("long")
  @Test
  void tables_should_be_the_same_whatever_digits_the_locale_has() {
    recordAll();
    String tables = StudyTables.markdown(study);

    try (OtherDigits digits = new OtherDigits()) {
      assertThat(StudyTables.markdown(study)).isEqualTo(tables);
    }
  }

  @Test
  void should_pair_seeds_with_those_of_the_baseline() {
    recordAll();

    // -0.3 and +0.1: mean -0.1, deviation 0.2828, and t(1) = 12.706 times 0.2
    assertThat(StudyTables.markdown(study))
        .contains("| evomoe | 2 | 0.002 | 4.0000 ± 0.4243 |")
        .contains("| -0.1000 ± 0.2828 | -2.6412 to +2.4412 |")
        .contains("| switch | 2 | 0.001 | 4.1000 ± 0.1414 | 60.64 ± 8.55 | - | - |")
        .contains("| evomoe.no-noise | 1 | 3.6000 | -0.1000 | - | -0.4000 |");
  }

  @Test
  void should_set_each_pair_side_by_side() {
    recordAll();

    assertThat(StudyTables.markdown(study))
        .contains("| gate | seed 1 | seed 2 |")
        .contains("| evomoe | -0.3000 | +0.1000 |\n| evomoe.no-noise | -0.4000 | - |\n");
  }

  @Test
  void should_set_the_first_gate_beside_each_other() {
    recordAll();

    assertThat(StudyTables.markdown(study))
        .contains("### evomoe minus each other gate, paired")
        .contains("| minus | mean | 95% interval | seed 1 | seed 2 |")
        .contains("| switch | -0.1000 ± 0.2828 | -2.6412 to +2.4412 | -0.3000 | +0.1000 |");
  }

  @Test
  @Tag("long")
  void should_follow_the_difference_of_the_pairs_from_evaluation_to_evaluation() {
    recordAll();

    // Seed 1: 0, -0.3, -0.4, -0.3; seed 2: 0, 0, 0, +0.1.
    assertThat(StudyTables.markdown(study))
        .contains("| gate | step 10 | step 20 | step 30 | step 40 |")
        .contains("| evomoe | +0.0000 | -0.1500 | -0.2000 | -0.1000 |\n\n");
  }

  @Test
  void should_show_some_of_many_evaluations_and_the_last() {
    double[] losses = new double[21];
    Arrays.fill(losses, 4);
    Studies.record(study, "rate-switch-0.001", 5, 4.0);
    Studies.record(study, "rate-switch-0.002", 5, 4.3);
    Studies.record(study, "switch-1", losses);

    assertThat(StudyTables.markdown(study))
        .contains(
            "| gate | step 30 | step 60 | step 90 | step 120 | step 150 | step 180 | step 210 |");
  }

  @Test
  void should_measure_the_way_to_the_loss_that_the_baseline_ends_with() {
    recordAll();

    // Seed 1 is at 4.0 half-way between steps 20 and 30; seed 2 never comes down to 4.2.
    assertThat(StudyTables.markdown(study))
        .contains("| evomoe | 1 of 2 | 2.50e+03 | 2.50e+10 | 1.60 | 1.60 |")
        .contains("| switch | 2 of 2 | 4.00e+03 ± 0.00 | 4.00e+10 ± 0.00 | 1.00 ± 0.00 |");
  }

  @Test
  void a_variant_that_is_shown_should_stand_beside_the_gates() throws IOException {
    assertThat(Group.shown(study)).isEmpty();
    String shown =
        Studies.YAML.replace("reference: evomoe", "reference: evomoe\n  shown: [no-noise]");
    StudyConfig config = Studies.read(folder, shown);
    study = new Study(config, study.results(), "study.yaml");
    recordAll();

    assertThat(Group.shown(study).stream().map(Group::label))
        .containsExactly("evomoe", "switch", "evomoe.no-noise");
    assertThat(StudyTables.markdown(study))
        .contains("| evomoe.no-noise | 1 | 0.002 | 3.6000 | 36.60 | -0.4000 | - |")
        .contains("| evomoe.no-noise | 1 of 1 | 2.50e+03 | 2.50e+10 | 1.60 | 1.60 |")
        .contains("| evomoe.no-noise | 2.00 | 2.50 |");
  }

  @Test
  void should_show_every_learning_rate_that_was_tried() {
    recordAll();

    assertThat(StudyTables.markdown(study))
        .contains("| gate | 0.001 | 0.002 | taken |\n|---|---:|---:|---:|\n")
        .contains("| evomoe | 4.2000 | 4.1000 | 0.002 |\n| switch | 4.0000 | 4.3000 | 0.001 |");
  }

  @Test
  void a_report_should_name_variants_and_leave_out_the_search_for_rates() {
    recordAll();

    ReportData report = study.report("The data is tiny.", Map.of());

    assertThat(report.runs().stream().map(RecordedRun::gate))
        .containsExactly("evomoe", "switch", "evomoe", "switch", "evomoe.no-noise");
    assertThat(report.results().get(4).gate()).isEqualTo("evomoe.no-noise");
  }

  @Test
  void a_spread_should_not_hide_a_run_that_diverged() {
    assertThat(Spread.of(List.of(1.0, Double.NaN)).text("%,.1f")).isEqualTo("not finite");
    assertThat(Spread.of(List.of()).text("%,.1f")).isEqualTo("-");
    assertThat(Spread.of(List.of(1.0, 2.0, 3.0)).confidence()).isEqualTo(2.4841, within(1e-4));
  }
}
