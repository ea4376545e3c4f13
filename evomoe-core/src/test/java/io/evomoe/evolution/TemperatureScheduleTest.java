package io.evomoe.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionSchedule.TemperatureSchedule;
import io.evomoe.evolution.EvolutionSchedule.TemperatureSchedule.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TemperatureScheduleTest {

  @ParameterizedTest
  @EnumSource(Shape.class)
  void should_start_at_the_maximum_and_stay_at_the_minimum_from_step_D_on(Shape shape) {
    TemperatureSchedule schedule = new TemperatureSchedule(shape, 2, 0.3, 100);

    assertThat(schedule.at(0)).isEqualTo(2);
    assertThat(schedule.at(100)).isCloseTo(0.3, within(1e-12)).isGreaterThanOrEqualTo(0.3);
    assertThat(schedule.at(1_000_000)).isEqualTo(0.3);
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void should_never_rise(Shape shape) {
    TemperatureSchedule schedule = new TemperatureSchedule(shape, 5, 0.1, 37);

    for (long t = 1; t < 60; t++) {
      assertThat(schedule.at(t)).isLessThanOrEqualTo(schedule.at(t - 1));
    }
  }

  @Test
  void should_be_halfway_in_ratio_or_in_difference_after_half_of_the_steps() {
    assertThat(new TemperatureSchedule(Shape.EXPONENTIAL, 4, 1, 10).at(5))
        .isCloseTo(2, within(1e-12));
    assertThat(new TemperatureSchedule(Shape.LINEAR, 4, 1, 10).at(5)).isCloseTo(2.5, within(1e-12));
  }

  @Test
  void should_stay_where_it_is_with_equal_bounds_and_jump_in_a_single_step() {
    assertThat(new TemperatureSchedule(Shape.LINEAR, 0.5, 0.5, 1).at(0)).isEqualTo(0.5);
    assertThat(new TemperatureSchedule(Shape.LINEAR, 2, 0.5, 1).at(1)).isEqualTo(0.5);
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void should_have_its_whole_way_left_at_the_spawn_and_exactly_nothing_from_its_end_on(
      Shape shape) {
    TemperatureSchedule schedule = new TemperatureSchedule(shape, 2, 0.3, 49);

    assertThat(schedule.left(0)).isEqualTo(1);
    assertThat(schedule.left(21)).isCloseTo(28.0 / 49, within(1e-12));
    assertThat(schedule.left(48)).isGreaterThan(0);
    assertThat(schedule.left(49)).isZero();
    assertThat(schedule.left(1_000_000)).isZero();
  }

  @Test
  void should_refuse_a_step_before_the_spawn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TemperatureSchedule(Shape.LINEAR, 2, 0.3, 10).at(-1))
        .withMessage("sinceSpawn must be at least 0, was -1");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.3, 10, maximum",
    "NaN, 0.3, 10, maximum",
    "Infinity, 0.3, 10, maximum",
    "2, 0, 10, minimum",
    "2, NaN, 10, minimum",
    "2, 2.5, 10, minimum",
    "2, 0.3, 0, decaySteps"
  })
  void should_refuse_what_is_out_of_bounds(double max, double min, long steps, String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TemperatureSchedule(Shape.LINEAR, max, min, steps))
        .withMessageContaining(field);
  }
}
