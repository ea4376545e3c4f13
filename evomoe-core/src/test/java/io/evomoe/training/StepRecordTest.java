package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.TrainingState.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class StepRecordTest {
  private static final RoutingReport FIRST =
      new RoutingReport("blocks.1", 10, List.of(9, 6, 0), List.of(), 5, 0.1, List.of());
  private static final RoutingReport SECOND =
      new RoutingReport("blocks.3", 10, List.of(5, 5, 0), List.of(), 0, 0.1, List.of());

  @Test
  void should_average_the_layers_and_take_phase_and_temperature_of_its_step() {
    StepRecord step = record(3, 1, List.of(FIRST, SECOND));

    assertThat(step.step()).isEqualTo(3);
    assertThat(step.tokens()).isEqualTo(30);
    assertThat(step.phase()).isEqualTo(Phase.SOFT);
    assertThat(step.temperature()).isEqualTo(schedule().temperature(2));
    assertThat(step.activeExperts()).isEqualTo((1.5 + 1) / 2);
    assertThat(step.loadEntropy()).isEqualTo((FIRST.loadEntropy() + SECOND.loadEntropy()) / 2);
    assertThat(step.dropRate()).isEqualTo(0.25 / 2);
    assertThat(step.deadExperts()).isEqualTo(1);
    assertThat(step.skipped()).isFalse();
    assertThat(step.evaluated()).isFalse();
  }

  @Test
  void should_have_no_values_of_gates_while_nothing_is_routed() {
    StepRecord step = record(1, 1, List.of());

    assertThat(step.activeExperts()).isEqualTo(1);
    assertThat(List.of(step.temperature(), step.loadEntropy(), step.dropRate(), step.deadExperts()))
        .containsOnly(Double.NaN);
  }

  @Test
  void should_know_no_active_experts_of_a_step_that_was_skipped_before_it_routed() {
    StepRecord step = record(1, Double.NaN, List.of());

    assertThat(step.skipped()).isTrue();
    assertThat(step.activeExperts()).isNaN();
  }

  private static StepRecord record(long step, double norm, List<RoutingReport> layers) {
    try (TinyModel model = new TinyModel(new Nd4jKernels(DataType.DOUBLE), 1)) {
      Progress done = new Progress(step, 10 * step, 1e9, true, 0);
      return StepRecord.of(model, schedule(), done, 1e-3, 2.5, 0.1, norm, layers);
    }
  }

  private static EvolutionSchedule schedule() {
    return new EvolutionSchedule(
        EvolutionConfig.defaults().with(e -> e.diversifySteps(0).temperatureSteps(9)),
        9,
        ExpertLifecycle.SPAWNED);
  }
}
