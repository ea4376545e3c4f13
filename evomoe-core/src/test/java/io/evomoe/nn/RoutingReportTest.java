package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingReportTest {

  @Test
  void should_have_a_load_entropy_of_one_at_balance() {
    assertThat(report(3, 3, 3, 3).loadEntropy()).isCloseTo(1, within(1e-12));
  }

  @Test
  void should_have_a_load_entropy_of_one_expert_at_collapse() {
    assertThat(report(0, 12, 0, 0).loadEntropy()).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void should_have_a_load_entropy_between_those_for_a_skewed_load() {
    double entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));

    assertThat(report(9, 3).loadEntropy()).isCloseTo(Math.exp(entropy) / 2, within(1e-12));
  }

  @Test
  void should_count_assignments_per_token_dead_experts_and_drops() {
    RoutingReport report =
        new RoutingReport("moe", 6, List.of(5, 0, 4), List.of(0, 3, 3), 3, 0, List.of());

    assertThat(report.assignments()).isEqualTo(9);
    assertThat(report.meanActiveExperts()).isEqualTo(1.5);
    assertThat(report.deadExperts()).isEqualTo(1);
    assertThat(report.dropRate()).isEqualTo(0.25);
  }

  @Test
  void should_be_zero_throughout_where_nothing_was_routed() {
    RoutingReport none =
        new RoutingReport("moe", 0, List.of(0, 0), List.of(0, 0, 0), 0, 0, List.of());

    assertThat(none.meanActiveExperts()).isZero();
    assertThat(none.dropRate()).isZero();
    assertThat(none.loadEntropy()).isZero();
    assertThat(none.deadExperts()).isEqualTo(2);
  }

  private static RoutingReport report(Integer... load) {
    return new RoutingReport("moe", 12, List.of(load), List.of(), 0, 0, List.of());
  }
}
