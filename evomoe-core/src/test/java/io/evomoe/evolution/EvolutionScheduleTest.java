package io.evomoe.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EvolutionScheduleTest {
  private static final EvolutionConfig CONFIG =
      EvolutionConfig.defaults()
          .with(e -> e.spawn("copy").maxTemperature(2).minTemperature(0.3).temperatureSteps(50));

  /** 20 of 50 steps after the spawn. */
  private static final double LEFT = 0.6;

  @Test
  void should_have_one_expert_until_the_spawn_and_count_the_temperature_from_it() {
    EvolutionSchedule schedule = schedule(ExpertLifecycle.SPAWNED, OptionalLong.of(20));

    assertThat(schedule.spawnStep()).hasValue(10);
    assertThat(schedule.phase(9)).isEqualTo(Phase.DIVERSIFY);
    assertThat(schedule.phase(10)).isEqualTo(Phase.SOFT);
    assertThat(schedule.phase(29)).isEqualTo(Phase.SOFT);
    assertThat(schedule.phase(30)).isEqualTo(Phase.HARD);
    assertThat(schedule.temperature(3)).isEqualTo(temperature(0));
    assertThat(schedule.temperature(25)).isEqualTo(temperature(15));
  }

  @Test
  void should_never_harden_by_default() {
    EvolutionSchedule schedule =
        new EvolutionSchedule(EvolutionConfig.defaults(), 100, ExpertLifecycle.SPAWNED);

    assertThat(schedule.phase(Long.MAX_VALUE)).isEqualTo(Phase.SOFT);
  }

  @Test
  void should_count_from_the_first_step_where_experts_are_there_from_the_start() {
    EvolutionSchedule schedule = schedule(ExpertLifecycle.FROM_START, OptionalLong.of(20));

    assertThat(schedule.spawnStep()).isEmpty();
    assertThat(schedule.phase(0)).isEqualTo(Phase.SOFT);
    assertThat(schedule.phase(20)).isEqualTo(Phase.HARD);
    assertThat(schedule.temperature(7)).isEqualTo(temperature(7));
  }

  @Test
  void should_stay_with_one_expert_where_nothing_grows() {
    EvolutionSchedule schedule = schedule(ExpertLifecycle.NEVER, OptionalLong.of(0));

    assertThat(schedule.spawnStep()).isEmpty();
    assertThat(schedule.phase(1_000_000)).isEqualTo(Phase.DIVERSIFY);
    assertThat(schedule.temperature(1_000_000)).isEqualTo(temperature(0));
  }

  @ParameterizedTest
  @EnumSource(ExpertLifecycle.class)
  void should_tell_a_pass_its_phase_temperature_and_seed(ExpertLifecycle growth) {
    EvolutionSchedule schedule = schedule(growth, OptionalLong.empty());

    assertThat(schedule.context(12, true, 99))
        .isEqualTo(
            new StepContext(
                12,
                schedule.phase(12),
                schedule.temperature(12),
                schedule.annealingLeft(12),
                1,
                true,
                99));
  }

  @Test
  void should_tell_gates_the_steps_of_an_earlier_training_as_well() {
    EvolutionSchedule first = schedule(ExpertLifecycle.FROM_START, OptionalLong.of(20));
    EvolutionSchedule second =
        new EvolutionSchedule(first.config(), 100, first.growth(), 500, OptionalDouble.empty());

    assertThat(second.context(12, true, 99))
        .isEqualTo(
            new StepContext(
                512, first.phase(12), first.temperature(12), first.annealingLeft(12), 1, true, 99));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new EvolutionSchedule(
                    first.config(), 100, first.growth(), -1, OptionalDouble.empty()))
        .withMessage("earlierSteps must be at least 0, was -1");
  }

  @Test
  void should_diversify_for_a_tenth_of_the_steps_and_anneal_for_three_quarters_of_the_others() {
    EvolutionSchedule schedule =
        new EvolutionSchedule(EvolutionConfig.defaults(), 2000, ExpertLifecycle.SPAWNED);

    assertThat(schedule.diversifySteps()).isEqualTo(200);
    assertThat(schedule.temperatureSteps()).isEqualTo(1350);
    assertThat(schedule.config().copyMoments()).isTrue();
    EvolutionSchedule shortest =
        new EvolutionSchedule(EvolutionConfig.defaults(), 1, ExpertLifecycle.SPAWNED);
    assertThat(shortest.diversifySteps()).isZero();
    EvolutionConfig late = EvolutionConfig.defaults().with(e -> e.diversifySteps(10));
    assertThat(new EvolutionSchedule(late, 10, ExpertLifecycle.SPAWNED).temperatureSteps())
        .isEqualTo(1);
  }

  @Test
  void should_allow_to_spawn_and_to_harden_at_once() {
    EvolutionSchedule schedule =
        new EvolutionSchedule(
            CONFIG.with(e -> e.diversifySteps(0).hardFrom(0)), 100, ExpertLifecycle.SPAWNED);

    assertThat(schedule.phase(0)).isEqualTo(Phase.HARD);
  }

  @ParameterizedTest
  @CsvSource({
    "SPAWNED, 90, SOFT",
    "SPAWNED, 91, HARD",
    "FROM_START, 89, SOFT",
    "FROM_START, 90, HARD"
  })
  void should_be_hard_after_a_share_of_the_steps_behind_the_spawn(
      ExpertLifecycle growth, long step, Phase phase) {
    EvolutionConfig config = CONFIG.with(e -> e.diversifySteps(10).hardShare(0.9));

    assertThat(new EvolutionSchedule(config, 100, growth).phase(step)).isEqualTo(phase);
    assertThat(new EvolutionSchedule(config.with(e -> e.hardFrom(95)), 100, growth).phase(step))
        .as("steps before shares")
        .isEqualTo(Phase.SOFT);
  }

  @Test
  void should_tell_how_many_experts_the_hard_phase_keeps() {
    EvolutionConfig config = CONFIG.with(e -> e.diversifySteps(10).hardFrom(20));
    EvolutionSchedule two =
        new EvolutionSchedule(config.with(e -> e.finalTopK(2)), 100, ExpertLifecycle.SPAWNED);

    assertThat(new EvolutionSchedule(config, 100, ExpertLifecycle.SPAWNED).context(30, true, 1))
        .isEqualTo(new StepContext(30, Phase.HARD, temperature(20), LEFT, 1, true, 1));
    assertThat(two.context(30, true, 1))
        .isEqualTo(new StepContext(30, Phase.HARD, temperature(20), LEFT, 2, true, 1));
  }

  @ParameterizedTest
  @CsvSource({"5, DIVERSIFY, 1", "29, SOFT, 1", "30, HARD, 2"})
  void should_stay_in_the_phase_of_an_earlier_training(long step, Phase phase, int kept) {
    EvolutionConfig config = CONFIG.with(e -> e.diversifySteps(10).hardFrom(20).finalTopK(2));
    StepContext before =
        new EvolutionSchedule(config, 100, ExpertLifecycle.SPAWNED).context(step, false, 1);
    StepContext after = EvolutionSchedule.staying(before).context(1000, false, 1);

    assertThat(after)
        .isEqualTo(
            new StepContext(
                step + 1000, phase, before.temperature(), before.annealingLeft(), kept, false, 1));
  }

  @Test
  void should_refuse_a_final_number_of_experts_that_nothing_would_hear() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EvolutionConfig.defaults().with(e -> e.finalTopK(2)))
        .withMessage("finalTopK must be 1 if neither hardFrom nor hardShare is set, was 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EvolutionConfig.defaults().with(e -> e.hardFrom(1).finalTopK(0)))
        .withMessage("finalTopK must be at least 1, was 0");
  }

  @Test
  void should_refuse_negative_steps() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CONFIG.with(e -> e.diversifySteps(-1)))
        .withMessageContaining("diversifySteps");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schedule(ExpertLifecycle.SPAWNED, OptionalLong.of(-1)))
        .withMessageContaining("hardFrom");
  }

  private static EvolutionSchedule schedule(ExpertLifecycle growth, OptionalLong hardFrom) {
    return new EvolutionSchedule(
        CONFIG.with(e -> e.diversifySteps(10)).with(e -> hardFrom.ifPresent(e::hardFrom)),
        100,
        growth);
  }

  private static double temperature(long sinceSpawn) {
    return 2 * Math.pow(0.3 / 2, sinceSpawn / 50.0);
  }
}
