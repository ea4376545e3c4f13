package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.nn.RoutingReport;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunResultTest {
  private static final RoutingReport ROUTING =
      new RoutingReport("blocks.1.moe", 10, List.of(9, 6), List.of(), 5, 0.1, List.of());

  private static final RecordedRun NONE = RecordedRun.none(new RunName("gpt", "evomoe", 1));

  /** It has not one active expert, it has none that is known. */
  @Test
  void should_know_no_routing_of_a_step_that_was_skipped_before_it_routed() {
    RecordedRun.Collector steps = new RecordedRun.Collector(NONE);
    steps.add(StepRecords.at(1).valid(3).layers(List.of(ROUTING)).record());
    steps.add(StepRecords.at(2).norm(Double.NaN).active(Double.NaN).record());

    RunResult result = RunResult.of(steps.recorded(), 9, "perplexity");

    assertThat(steps.recorded().lastRouting()).containsExactly(ROUTING);
    assertThat(result.steps()).isEqualTo(2);
    assertThat(result.plannedSteps()).isEqualTo(9);
    assertThat(result.validLoss()).as("the last that was measured").isEqualTo(3);
    assertThat(result.activeExperts()).isEqualTo(1.5);
    assertThat(result.loadEntropy()).isEqualTo(ROUTING.loadEntropy());
    assertThat(result.wallSeconds()).isEqualTo(2);
  }

  @Test
  void should_have_no_loss_before_the_first_step() {
    RunResult begun = RunResult.of(NONE, 9, "perplexity");

    assertThat(begun.steps()).isZero();
    assertThat(begun.isInterrupted()).isTrue();
    assertThat(begun.validLoss()).isNaN();
    assertThat(begun.activeExperts()).isNaN();
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
}
