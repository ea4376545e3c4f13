package io.evomoe.training.internal.rounds;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 5 | 0.7 | 0.9 | workers must be at least 1, was 0",
        "2 | 0 | 0.7 | 0.9 | localSteps must be at least 1, was 0",
        "2 | 5 | 0 | 0.9 | outerRate must be above 0 and finite, was 0.0",
        "2 | 5 | NaN | 0.9 | outerRate must be above 0 and finite, was NaN",
        "2 | 5 | 0.7 | 1 | outerMomentum must be in [0, 1), was 1.0",
        "2 | 5 | 0.7 | -1 | outerMomentum must be in [0, 1), was -1.0"
      })
  void should_refuse_values_out_of_their_bounds(
      int workers, long steps, double rate, double momentum, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RoundConfig.DEFAULT
                    .with(r -> r.workers(workers).localSteps(steps))
                    .withOuterRate(rate)
                    .withOuterMomentum(momentum))
        .withMessage(message);
  }
}
