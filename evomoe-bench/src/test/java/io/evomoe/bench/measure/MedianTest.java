package io.evomoe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MedianTest {
  @Test
  void should_be_the_value_in_the_middle_or_the_mean_of_the_two() {
    assertThat(Median.of(DoubleStream.of(5, 1, 3))).isEqualTo(3);
    assertThat(Median.of(DoubleStream.of(9, 1, 3, 2))).isEqualTo(2.5);
  }
}
