package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SearchTest {

  @Test
  void should_bound_translations_by_their_source() {
    assertThat(Search.greedy().limit(7)).isEqualTo(24);
    assertThat(Search.beam(4, 0.6).limit(0)).isEqualTo(10);
    assertThat(new Search(4, 0.6, 12, 1).limit(7)).isEqualTo(12);
  }

  @Test
  void should_refuse_numbers_out_of_their_bounds() {
    refuse(0, 0, 1, 1, "beam must be at least 1, was 0");
    refuse(1, -0.5, 1, 1, "lengthPenalty must be at least 0 and finite, was -0.5");
    refuse(1, Double.NaN, 1, 1, "lengthPenalty must be at least 0 and finite, was NaN");
    refuse(1, 0, 0, 1, "maxLength must be at least 1, was 0");
    refuse(1, 0, 1, 0, "sentences must be at least 1, was 0");
  }

  private static void refuse(
      int beam, double lengthPenalty, int maxLength, int sentences, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Search(beam, lengthPenalty, maxLength, sentences))
        .withMessage(message);
  }
}
