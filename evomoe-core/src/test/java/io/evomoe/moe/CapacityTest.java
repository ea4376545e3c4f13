package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CapacityTest {

  @Test
  void should_round_the_share_of_an_expert_up() {
    assertThat(Routing.capacity(1.25, 8, 2)).isEqualTo(5);
    assertThat(Routing.capacity(1.25, 8, 3)).isEqualTo(4);
    assertThat(Routing.capacity(0.01, 1, 64)).isEqualTo(1);
  }

  @Test
  void should_not_round_up_a_whole_number_that_binary_arithmetic_misses() {
    assertThat(Routing.capacity(0.07, 100, 1)).isEqualTo(7);
  }

  @Test
  void should_never_exceed_the_tokens_there_are() {
    assertThat(Routing.capacity(Double.POSITIVE_INFINITY, 9, 4)).isEqualTo(9);
    assertThat(Routing.capacity(1e300, 9, 4)).isEqualTo(9);
    assertThat(Routing.capacity(1.25, 0, 4)).isZero();
  }
}
