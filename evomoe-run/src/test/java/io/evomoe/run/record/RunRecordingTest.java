package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.nn.RoutingReport;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.Phase;
import io.evomoe.training.StepReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecordingTest {

  private static final RoutingReport ROUTING =
      new RoutingReport("blocks.1.moe", 10, List.of(9, 6), List.of(0, 5, 5), 5, 0.1, List.of());

  private static final RunConfig CONFIG = Tasks.preset("gpt", "quick").config("gpt", "evomoe", 1);

  @TempDir Path folder;

  @Test
  void should_take_the_rows_values_from_the_step_report() {
    CurveRow row = CurveRow.of("gpt", "switch", 4, report(2, 3.5, List.of(ROUTING)));

    assertThat(row.task()).isEqualTo("gpt");
    assertThat(row.gate()).isEqualTo("switch");
    assertThat(row.seed()).isEqualTo(4);
    assertThat(row.step()).isEqualTo(2);
    assertThat(row.tokens()).isEqualTo(20);
    assertThat(row.trainFlops()).isEqualTo(6e9);
    assertThat(row.wallSeconds()).isEqualTo(3.5);
    assertThat(row.trainLoss()).hasValue(2.5);
    assertThat(row.validLoss()).hasValue(2.75);
    assertThat(row.auxLoss()).hasValue(0.1);
    assertThat(row.temperature()).hasValue(1.25);
    assertThat(row.activeExperts()).hasValue(1.5);
    assertThat(row.loadEntropy()).hasValue(ROUTING.loadEntropy());
    assertThat(row.dropRate()).hasValue(0.25);
    assertThat(row.deadExperts()).hasValue(ROUTING.deadExperts());
    assertThat(row.routingFluctuation()).hasValue(0.125);
  }

  @Test
  void should_leave_gate_values_empty_while_nothing_is_routed() {
    CurveRow row = CurveRow.of("gpt", "dense", 4, report(2, 3.5, List.of()));

    assertThat(row.temperature()).isEmpty();
    assertThat(row.loadEntropy()).isEmpty();
    assertThat(row.dropRate()).isEmpty();
    assertThat(row.deadExperts()).isEmpty();
    assertThat(row.routingFluctuation()).isEmpty();
    assertThat(row.activeExperts()).hasValue(1);
  }

  /** It has not one active expert, it has none that is known. */
  @Test
  void should_know_no_routing_of_a_step_that_was_skipped_before_it_routed() {
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording("gpt", "evomoe", 1, file, List.of());
      recording.onStep(report(1, 1, List.of(ROUTING)));
      recording.onStep(report(2, 2, List.of(), Double.NaN));
      RunResult result = recording.soFar("perplexity").orElseThrow();

      assertThat(recording.run().rows().get(1).activeExperts()).isEmpty();
      assertThat(recording.run().lastRouting()).containsExactly(ROUTING);
      assertThat(result.steps()).isEqualTo(2);
      assertThat(result.activeExperts()).isEqualTo(1.5);
      assertThat(result.loadEntropy()).isEqualTo(ROUTING.loadEntropy());
    }
  }

  @Test
  void should_record_what_it_also_wrote() {
    RecordedRun run;
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording("gpt", "evomoe", 1, file, List.of());
      recording.onStep(report(1, 1, List.of()));
      recording.onStep(report(2, 2, List.of(ROUTING)));
      run = recording.run();
    }

    assertThat(run.rows()).hasSize(2).isEqualTo(CurveFile.read(path()));
    assertThat(run.lastRouting()).containsExactly(ROUTING);
  }

  @Test
  void should_continue_the_clock_of_a_resumed_run() {
    CurveRow earlier = CurveRow.of("gpt", "evomoe", 1, report(1, 10, List.of()));
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording("gpt", "evomoe", 1, file, List.of(earlier));
      recording.onStep(report(2, 1.5, List.of()));

      assertThat(recording.run().rows())
          .extracting(CurveRow::wallSeconds)
          .containsExactly(10.0, 11.5);
      assertThat(CurveFile.read(path())).hasSize(1);
    }
  }

  @Test
  void should_go_on_with_what_a_checkpoint_says_was_measured() {
    List<CurveRow> rows;
    Map<String, String> notes;
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording("gpt", "evomoe", 1, file, List.of());
      recording.onStep(report(1, 1, List.of()));
      assertThat(recording.measured().tokensPerSecond()).as("a first step").isNaN();
      recording.onStep(report(2, 2, List.of()));
      recording.onStep(report(3, 3, List.of(ROUTING)));
      rows = recording.run().rows();
      notes = recording.measured().notes();
    }

    assertThat(Measured.of(notes)).isEqualTo(new Measured(20, 1, List.of(ROUTING)));
    try (CurveFile file = CurveFile.create(path(), rows)) {
      RunRecording resumed =
          RunRecording.ofSteps(CONFIG, file, rows, Measured.of(notes), RunWatcher.NONE);
      assertThat(resumed.run().lastRouting()).containsExactly(ROUTING);
      resumed.onStep(report(4, 9, List.of(ROUTING)));
      resumed.onStep(report(5, 10, List.of(ROUTING)));

      assertThat(resumed.measured().tokens()).as("of steps 2, 3 and 5").isEqualTo(30);
      assertThat(resumed.measured().tokensPerSecond()).isEqualTo(20);
    }
  }

  @Test
  void should_time_a_row_of_several_steps_as_a_whole() {
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording rounds =
          RunRecording.ofRounds(CONFIG, file, List.of(), Measured.NOTHING, RunWatcher.NONE);
      rounds.onStep(report(10, 6, List.of()));
      rounds.onStep(report(30, 16, List.of()));

      assertThat(rounds.measured()).isEqualTo(new Measured(300, 15, List.of()));
    }
  }

  @Test
  void should_know_nothing_of_a_checkpoint_of_an_earlier_version() {
    assertThat(Measured.of(Map.of("data", "text.txt"))).isEqualTo(Measured.NOTHING);
    assertThat(Measured.NOTHING.tokensPerSecond()).isNaN();
  }

  private static StepReport report(long step, double seconds, List<RoutingReport> routing) {
    return report(step, seconds, routing, 1);
  }

  private static StepReport report(
      long step, double seconds, List<RoutingReport> routing, double gradientNorm) {
    return new StepReport(
        step,
        10 * step,
        3e9 * step,
        seconds,
        0.5,
        2.5,
        OptionalDouble.of(2.75),
        0.1,
        gradientNorm,
        1e-3,
        Phase.SOFT,
        1.25,
        routing,
        routing.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(0.125));
  }

  private Path path() {
    return folder.resolve(CurveFile.NAME);
  }
}
