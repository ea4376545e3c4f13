package io.evomoe.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig.TemperatureShape;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TemperatureScheduleTest {

  @ParameterizedTest
  @EnumSource(TemperatureShape.class)
  void should_start_at_the_maximum_and_stay_at_the_minimum_from_step_D_on(TemperatureShape shape) {
    EvolutionSchedule schedule = schedule(shape, 2, 0.3, 100);

    assertThat(schedule.temperature(0)).isEqualTo(2);
    assertThat(schedule.temperature(100)).isCloseTo(0.3, within(1e-12)).isGreaterThanOrEqualTo(0.3);
    assertThat(schedule.temperature(1_000_000)).isEqualTo(0.3);
  }

  @ParameterizedTest
  @EnumSource(TemperatureShape.class)
  void should_never_rise(TemperatureShape shape) {
    EvolutionSchedule schedule = schedule(shape, 5, 0.1, 37);

    for (long t = 1; t < 60; t++) {
      assertThat(schedule.temperature(t)).isLessThanOrEqualTo(schedule.temperature(t - 1));
    }
  }

  @Test
  void should_be_halfway_in_ratio_or_in_difference_after_half_of_the_steps() {
    assertThat(schedule(TemperatureShape.EXPONENTIAL, 4, 1, 10).temperature(5))
        .isCloseTo(2, within(1e-12));
    assertThat(schedule(TemperatureShape.LINEAR, 4, 1, 10).temperature(5))
        .isCloseTo(2.5, within(1e-12));
  }

  @Test
  void should_stay_where_it_is_with_equal_bounds_and_jump_in_a_single_step() {
    assertThat(schedule(TemperatureShape.LINEAR, 0.5, 0.5, 1).temperature(0)).isEqualTo(0.5);
    assertThat(schedule(TemperatureShape.LINEAR, 2, 0.5, 1).temperature(1)).isEqualTo(0.5);
  }

  @ParameterizedTest
  @EnumSource(TemperatureShape.class)
  void should_have_its_whole_way_left_at_the_spawn_and_exactly_nothing_from_its_end_on(
      TemperatureShape shape) {
    EvolutionSchedule schedule = schedule(shape, 2, 0.3, 49);

    assertThat(schedule.annealingLeft(0)).isEqualTo(1);
    assertThat(schedule.annealingLeft(21)).isCloseTo(28.0 / 49, within(1e-12));
    assertThat(schedule.annealingLeft(48)).isGreaterThan(0);
    assertThat(schedule.annealingLeft(49)).isZero();
    assertThat(schedule.annealingLeft(1_000_000)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.3, 10, maxTemperature",
    "NaN, 0.3, 10, maxTemperature",
    "Infinity, 0.3, 10, maxTemperature",
    "2, 0, 10, minTemperature",
    "2, NaN, 10, minTemperature",
    "2, 2.5, 10, minTemperature",
    "2, 0.3, 0, temperatureSteps"
  })
  void should_refuse_what_is_out_of_bounds(double max, double min, long steps, String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schedule(TemperatureShape.LINEAR, max, min, steps))
        .withMessageContaining(field);
  }

  /** Temperatures from a spawn before the first step on. */
  private static EvolutionSchedule schedule(
      TemperatureShape shape, double maximum, double minimum, long steps) {
    EvolutionConfig config =
        EvolutionConfig.defaults()
            .with(e -> e.schedule(shape).maxTemperature(maximum).minTemperature(minimum))
            .with(e -> e.temperatureSteps(steps));
    return new EvolutionSchedule(config, 100, ExpertLifecycle.FROM_START);
  }
}
