package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.nn.TokenBatch;
import org.junit.jupiter.api.Test;

class LanguageBatchTest {
  private static final TokenBatch TOKENS = TokenBatch.of(2, new int[] {1, 2, 3, 4});

  @Test
  void should_count_targets_that_are_not_negative() {
    int[] targets = {0, LanguageBatch.IGNORED, 7, -5};

    assertThat(new LanguageBatch(TOKENS, targets).countedTargets()).isEqualTo(2);
  }

  @Test
  void should_not_change_from_outside() {
    int[] targets = {1, 2, 3, 4};
    LanguageBatch batch = new LanguageBatch(TOKENS, targets);
    targets[0] = 9;
    batch.targets()[1] = 9;

    assertThat(batch.targets()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void should_refuse_another_number_of_targets() {
    assertThatThrownBy(() -> new LanguageBatch(TOKENS, new int[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("targets must be one a token (4), were 3");
  }
}
