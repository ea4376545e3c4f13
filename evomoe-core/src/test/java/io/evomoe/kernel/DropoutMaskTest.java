package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelBase.DropoutMask;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutMaskTest {

  @Test
  void should_not_depend_on_where_a_range_starts() {
    DropoutMask mask = new DropoutMask(0.3, 11);
    double[] whole = new double[100];
    mask.fill(whole, 0);
    double[] tail = new double[40];
    mask.fill(tail, 60);
    assertThat(tail).isEqualTo(Arrays.copyOfRange(whole, 60, 100));
  }

  @Test
  void should_keep_the_expected_value() {
    double[] factors = new double[100_000];
    new DropoutMask(0.3, 11).fill(factors, 0);
    assertThat(Arrays.stream(factors).average().orElseThrow()).isCloseTo(1, within(0.01));
    assertThat(Arrays.stream(factors).distinct().toArray()).containsExactlyInAnyOrder(0, 1 / 0.7);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN})
  void should_refuse_a_rate_that_is_no_probability_below_one(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DropoutMask(rate, 1))
        .withMessageContaining("was " + rate);
  }
}
