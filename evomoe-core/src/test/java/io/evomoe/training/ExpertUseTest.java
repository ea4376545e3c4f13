package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.training.ExpertUse.Expert;
import io.evomoe.training.ExpertUse.Taken;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpertUseTest {
  private final List<Integer> first = new ArrayList<>();
  private final List<Integer> ids = new ArrayList<>();

  private void take(int expert, int id, int times) {
    for (int i = 0; i < times; i++) {
      first.add(expert);
      ids.add(id);
    }
  }

  private ExpertUse use(int experts) {
    int[] all = ids.stream().mapToInt(id -> id).toArray();
    return ExpertUse.of("blocks.1", first, all, experts, id -> "t" + id);
  }

  @Test
  void should_rank_tokens_by_how_much_more_often_than_its_share_an_expert_takes_them() {
    take(0, 7, 60); // frequent, and only slightly more often than the share
    take(1, 7, 20);
    take(0, 8, 10); // always
    take(0, 9, 9); // nine of ten
    take(1, 9, 1);

    Expert expert = use(2).experts().get(0);

    assertThat(expert.share()).isEqualTo(0.79);
    assertThat(expert.top()).extracting(Taken::text).containsExactly("t8", "t9");
    assertThat(expert.top()).extracting(Taken::count).containsExactly(10, 9);
    assertThat(expert.top().get(0).factor()).isCloseTo(1 / 0.79, within(1e-9));
    assertThat(use(2).experts().get(1).top()).extracting(Taken::text).containsExactly("t7");
  }

  @Test
  void should_leave_out_tokens_that_are_too_rare_and_list_twelve_at_most() {
    for (int id = 0; id < 20; id++) {
      take(0, id, 5 + id);
    }
    take(1, 20, 4);

    ExpertUse use = use(2);

    assertThat(use.experts().get(0).top())
        .extracting(Taken::text)
        .hasSize(12)
        .startsWith("t19", "t18");
    assertThat(use.experts().get(1).top()).isEmpty();
  }

  @Test
  void should_have_a_row_for_an_expert_without_tokens_and_leave_out_tokens_without_expert() {
    take(-1, 3, 50);
    take(1, 3, 10);

    ExpertUse use = use(4);

    assertThat(use.experts()).extracting(Expert::share).containsExactly(0.0, 1.0, 0.0, 0.0);
    assertThat(use.experts().get(1).top()).isEmpty();
  }

  @Test
  void should_reject_other_tokens_than_those_of_the_layer() {
    take(0, 1, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExpertUse.of("blocks.1", first, new int[2], 1, id -> ""))
        .withMessage("blocks.1 must have a first expert for each of the 2 tokens, has 3");
  }
}
