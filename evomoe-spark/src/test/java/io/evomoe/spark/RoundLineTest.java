package io.evomoe.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.training.internal.rounds.WireFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundLineTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "3, 6", "4, 7", "5, 11", "8, 15", "64, 127"})
  void should_count_a_transfer_a_node_of_the_tree(int workers, long transfers) {
    assertThat(RoundLine.Traffic.transfers(workers)).isEqualTo(transfers);
  }

  @Test
  void should_send_the_start_to_each_process_and_a_difference_up_each_edge() {
    RoundLine.Traffic traffic = new RoundLine.Traffic(1000, 10);

    assertThat(traffic.roundBytes(2, 2, WireFormat.F32)).isEqualTo(2 * 4080 + 3 * 4080);
    assertThat(traffic.roundBytes(2, 2, WireFormat.BF16)).isEqualTo(2 * 4080 + 3 * 2080);
  }
}
