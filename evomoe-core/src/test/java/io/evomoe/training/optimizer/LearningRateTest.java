package io.evomoe.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.training.TrainerConfig;
import io.evomoe.training.optimizer.LearningRate.Decay;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LearningRateTest {

  @ParameterizedTest
  @EnumSource(Decay.class)
  void should_warm_up_in_a_straight_line_to_the_peak(Decay decay) {
    LearningRateSchedule rate = rate(0.8, 4, decay, 0.1);

    assertThat(rate.at(0, 20)).isCloseTo(0.2, within(1e-12));
    assertThat(rate.at(1, 20)).isCloseTo(0.4, within(1e-12));
    assertThat(rate.at(3, 20)).isEqualTo(0.8);
  }

  @ParameterizedTest
  @EnumSource(Decay.class)
  void should_stay_between_floor_and_peak(Decay decay) {
    LearningRateSchedule rate = rate(1, 0, decay, 0.25);

    for (long step = 0; step < 200; step++) {
      assertThat(rate.at(step, 50)).isBetween(0.25, 1.0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "COSINE, 0.55, 0.1",
    "LINEAR, 0.55, 0.1",
    "CONSTANT, 1, 1",
    "INVERSE_SQRT, 0.408, 0.301"
  })
  void should_have_its_known_values_at_the_middle_and_at_the_end(
      Decay decay, double middle, double end) {
    LearningRateSchedule rate = rate(1, 10, decay, 0.1);

    assertThat(rate.at(60, 110)).isCloseTo(middle, within(4e-3));
    assertThat(rate.at(110, 110)).isCloseTo(end, within(1e-3));
  }

  @ParameterizedTest
  @EnumSource(Decay.class)
  void should_never_rise_after_the_warm_up(Decay decay) {
    LearningRateSchedule rate = rate(0.3, 5, decay, 0);

    assertThat(rate.at(5, 40)).isLessThanOrEqualTo(0.3);
    for (long step = 5; step < 60; step++) {
      assertThat(rate.at(step + 1, 40)).isLessThanOrEqualTo(rate.at(step, 40));
    }
  }

  @ParameterizedTest
  @EnumSource(Decay.class)
  void should_stay_at_the_peak_with_a_floor_as_high(Decay decay) {
    LearningRateSchedule rate = rate(0.3, 5, decay, 1);

    assertThat(rate.at(5, 40)).isEqualTo(0.3);
    assertThat(rate.at(39, 40)).isEqualTo(0.3);
  }

  @ParameterizedTest
  @CsvSource({"COSINE, 0.8535533905932737", "LINEAR, 0.75"})
  void should_follow_its_curve_a_quarter_of_the_way(Decay decay, double rate) {
    assertThat(rate(1, 10, decay, 0).at(35, 110)).isCloseTo(rate, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "sqrt, 60, 0, 0.8",
    "sqrt, 79, 0, 0.8",
    "sqrt, 80, 0, 0.8",
    "sqrt, 85, 0, 0.44",
    "sqrt, 99, 0, 0.0982308",
    "linear, 85, 0, 0.62",
    "linear, 99, 0, 0.116",
    "linear, 85, 10, 0.8",
    "linear, 95, 10, 0.44",
    "linear, 3, 100, 0.8",
    "linear, 52, 96, 0.44",
  })
  void should_stay_at_the_peak_and_decay_in_the_last_steps(
      String decay, long step, int decaySteps, double wanted) {
    Map<String, String> options =
        Map.of("decay", decay, "decaySteps", Integer.toString(decaySteps));
    LearningRateSchedule rate =
        ScheduleProvider.named("wsd").create(new ScheduleProvider.Spec(0.8, 4, 0.1, options));

    assertThat(rate.at(step, 100)).isCloseTo(wanted, within(1e-6));
    assertThat(rate.at(0, 100)).isEqualTo(0.2);
  }

  /** So a run that was saved there counts as one that has not decayed yet. */
  @Test
  void should_be_exactly_at_the_peak_where_the_decay_begins() {
    for (int i = 1; i <= 100; i++) {
      double peak = i * 1e-3;
      LearningRateSchedule rate =
          ScheduleProvider.named("wsd").create(new ScheduleProvider.Spec(peak, 4, 0.3, Map.of()));

      assertThat(rate.at(80, 100)).isEqualTo(peak);
      assertThat(rate.at(81, 100)).isLessThan(peak);
    }
  }

  @Test
  void should_give_the_decay_alone_the_bits_of_the_last_steps() {
    TrainerConfig whole =
        TrainerConfig.defaults(100)
            .with(t -> t.schedule("wsd").scheduleOptions(Map.of("decaySteps", "7")));
    TrainerConfig alone = TrainerConfig.of(whole.training().decayOnly(7));

    for (long step = 0; step < 7; step++) {
      assertThat(alone.schedule().at(step, 7)).isEqualTo(whole.schedule().at(93 + step, 100));
    }
    assertThat(whole.schedule().at(93, 100)).isEqualTo(5e-4);
  }

  @ParameterizedTest
  @EnumSource(Decay.class)
  void should_be_found_by_its_name(Decay decay) {
    String name = decay.name().toLowerCase(Locale.ROOT).replace('_', '-');
    assertThat(ScheduleProvider.named(name)).isEqualTo(new LearningRate(decay));
  }

  @Test
  void should_name_the_installed_ones_to_a_mistyped_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainerConfig.defaults(1).with(t -> t.schedule("COSINE")).schedule())
        .withMessage(
            "training.schedule must be one of constant, cosine, inverse-sqrt, linear, wsd, was COSINE; did you mean cosine?");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TrainerConfig.defaults(1)
                    .with(t -> t.schedule("wsd").scheduleOptions(Map.of("decayStep", "3")))
                    .schedule())
        .withMessage(
            "schedule wsd has no option decayStep; its options: decay, decayShare, decaySteps; did you mean decaySteps?");
  }

  @Test
  void should_refuse_what_is_out_of_bounds() {
    assertRefused("peak", 0, 0, 0);
    assertRefused("peak", Double.NaN, 0, 0);
    assertRefused("peak", Double.POSITIVE_INFINITY, 0, 0);
    assertRefused("warmupSteps", 1, -1, 0);
    assertRefused("floorShare", 1, 0, 1.1);
    assertRefused("floorShare", 1, 0, -0.1);
  }

  private static LearningRateSchedule rate(double peak, long warmup, Decay decay, double floor) {
    return new LearningRate(decay).create(new ScheduleProvider.Spec(peak, warmup, floor, Map.of()));
  }

  private static void assertRefused(String field, double peak, long warmup, double floor) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rate(peak, warmup, Decay.LINEAR, floor))
        .withMessageContaining(field);
  }
}
