package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.nn.RoutingReport;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecordingTest {

  private static final RoutingReport ROUTING =
      new RoutingReport("blocks.1.moe", 10, List.of(9, 6), List.of(), 5, 0.1, List.of());

  private static final RecordedRun NONE =
      new RecordedRun(new RunName("gpt", "evomoe", 1), List.of(), List.of());

  @TempDir Path folder;

  /** It has not one active expert, it has none that is known. */
  @Test
  void should_know_no_routing_of_a_step_that_was_skipped_before_it_routed() {
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording(file, NONE, 9, RunWatcher.NONE);
      recording.onStep(StepRecords.at(1).layers(List.of(ROUTING)).record());
      recording.onStep(StepRecords.at(2).norm(Double.NaN).active(Double.NaN).record());
      RunResult result = recording.soFar("perplexity").orElseThrow();

      assertThat(recording.run().lastRouting()).containsExactly(ROUTING);
      assertThat(result.steps()).isEqualTo(2);
      assertThat(result.activeExperts()).isEqualTo(1.5);
      assertThat(result.loadEntropy()).isEqualTo(ROUTING.loadEntropy());
    }
  }

  @Test
  void should_record_what_it_also_wrote() {
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording(file, NONE, 9, RunWatcher.NONE);
      recording.onStep(StepRecords.at(1).record());
      recording.onStep(StepRecords.at(2).layers(List.of(ROUTING)).record());

      assertThat(recording.run().lastRouting()).containsExactly(ROUTING);
      assertThat(path()).hasContent(CurveFile.text(List.of(recording.run())));
    }
  }

  @Test
  void should_continue_the_clock_of_a_resumed_run() {
    RecordedRun earlier =
        new RecordedRun(NONE.name(), List.of(StepRecords.at(1).wall(10).record()), List.of());
    try (CurveFile file = CurveFile.create(path())) {
      RunRecording recording = new RunRecording(file, earlier, 9, RunWatcher.NONE);
      recording.onStep(StepRecords.at(2).wall(1.5).record());

      assertThat(recording.run().steps())
          .extracting(StepRecord::wallSeconds)
          .containsExactly(10.0, 11.5);
      assertThat(CurveFile.read(path())).hasSize(1);
    }
  }

  @Test
  void should_time_all_steps_but_the_first_and_a_round_of_several_as_a_whole() {
    List<StepRecord> steps =
        List.of(
            StepRecords.at(1).seconds(9).record(),
            StepRecords.at(2).record(),
            StepRecords.at(10).record());

    assertThat(new RecordedRun(NONE.name(), steps, List.of()).tokensPerSecond()).isEqualTo(20);
    assertThat(NONE.tokensPerSecond()).isNaN();
    assertThat(new RecordedRun(NONE.name(), steps.subList(0, 1), List.of()).tokensPerSecond())
        .isNaN();
  }

  private Path path() {
    return folder.resolve(CurveFile.NAME);
  }
}
