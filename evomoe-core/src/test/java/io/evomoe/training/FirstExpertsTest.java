package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.RoutingReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstExpertsTest {
  @Test
  void should_be_the_share_of_tokens_whose_first_expert_changed_averaged_over_layers() {
    FirstExperts before = of(layer("a", 0, 1, 2, -1), layer("b", 0, 0));
    FirstExperts after = of(layer("a", 0, 2, 2, 3), layer("b", 0, 1));
    FirstExperts third = of(layer("a", 0, 2, 2, 3), layer("b", 1, 0));

    assertThat(after.changedSince(before)).hasValue(0.5);
    assertThat(third.changedSince(after)).hasValue((0 + 1) / 2.0);
    assertThat(after.changedSince(after)).hasValue(0);
  }

  @Test
  void should_compare_token_by_token_over_all_batches() {
    FirstExperts before = of(layer("a", 0, 1));
    before.add(List.of(layer("a", 2)));
    FirstExperts after = of(layer("a", 0, 1));
    after.add(List.of(layer("a", 1)));

    assertThat(after.changedSince(before).orElseThrow()).isEqualTo(1.0 / 3, within(1e-12));
  }

  @Test
  void should_not_be_known_of_a_layer_that_was_not_there_before() {
    FirstExperts none = new FirstExperts();
    FirstExperts old = of(layer("a", 0, 1));
    FirstExperts both = of(layer("a", 0, 0), layer("b", 0, 0));

    assertThat(old.changedSince(none)).isEmpty();
    assertThat(none.changedSince(old)).isEmpty();
    assertThat(none.changedSince(none)).isEmpty();
    assertThat(both.changedSince(old)).hasValue(0.5);
  }

  private static FirstExperts of(RoutingReport... reports) {
    FirstExperts experts = new FirstExperts();
    experts.add(List.of(reports));
    return experts;
  }

  private static RoutingReport layer(String name, Integer... firstExperts) {
    return new RoutingReport(name, firstExperts.length, List.of(), List.of(), 0, 0, List.of())
        .withFirstExperts(List.of(firstExperts));
  }
}
