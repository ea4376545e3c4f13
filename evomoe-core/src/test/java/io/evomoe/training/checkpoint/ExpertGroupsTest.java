package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpertGroupsTest {

  /** Means of the same experts are equal, and equal experts would stay equal. */
  @Test
  void should_know_a_further_copy_by_its_experts_in_any_order() {
    ExpertGroups groups =
        new ExpertGroups(List.of(List.of(0, 1), List.of(2), List.of(1, 0), List.of(2), List.of(1)));

    assertThat(List.of(0, 1, 2, 3, 4).stream().filter(groups::isFurtherCopy)).containsExactly(2, 3);
  }
}
