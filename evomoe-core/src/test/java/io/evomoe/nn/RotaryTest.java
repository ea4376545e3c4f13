package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.AttentionConfig.Rotary.Scaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryTest {

  @Test
  void should_turn_from_one_radian_a_position_down_to_nearly_one_over_theta() {
    assertThat(new Rotary(10_000).frequencies(8))
        .containsExactly(new double[] {1, 0.1, 0.01, 0.001}, within(1e-15));
  }

  @Test
  void should_slow_long_waves_alone() {
    double[] plain = new Rotary(10_000).frequencies(64);
    double[] scaled = new Rotary(10_000, new Scaling(8, 1, 4, 64)).frequencies(64);
    for (int j = 0; j < plain.length; j++) {
      double wave = 2 * Math.PI / plain[j];
      double slower = plain[j] / scaled[j];
      if (wave < 64 / 4.0) {
        assertThat(slower).isCloseTo(1, within(1e-12));
      } else if (wave > 64) {
        assertThat(slower).isCloseTo(8, within(1e-12));
      } else {
        assertThat(slower).isBetween(1.0, 8.0);
      }
      assertThat(j == 0 || scaled[j] < scaled[j - 1]).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void should_refuse_a_theta_that_is_no_positive_number(double theta) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Rotary(theta))
        .withMessage("ropeTheta must be above 0 and finite, was " + theta);
  }

  @ParameterizedTest
  @CsvSource({
    "0.5,1,4,64,'ropeFactor must be at least 1 and finite, was 0.5'",
    "8,0,4,64,'ropeLowFrequencyFactor must be above 0 and finite, was 0.0'",
    "8,4,4,64,'ropeHighFrequencyFactor must be above ropeLowFrequencyFactor, 4.0, was 4.0'",
    "8,1,4,0,'ropeOriginalPositions must be at least 1, was 0'"
  })
  void should_refuse_a_scaling_out_of_its_bounds(
      double factor, double low, double high, int positions, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Scaling(factor, low, high, positions))
        .withMessage(message);
  }
}
