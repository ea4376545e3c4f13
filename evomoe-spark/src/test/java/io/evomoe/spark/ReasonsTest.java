package io.evomoe.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasonsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain words | plain words",
        "Job aborted: Lost task 0.3 (executor 1): java.io.UncheckedIOException: text x is not UTF-8"
            + " | text x is not UTF-8",
        "a: org.apache.spark.SparkException: b: java.lang.IllegalArgumentException: c | c"
      })
  void should_give_what_stands_behind_the_last_exception(String message, String reason) {
    assertThat(Reasons.of(new IllegalStateException(message + "\n at somewhere")))
        .isEqualTo(reason);
  }
}
