package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import org.junit.jupiter.api.Test;

class TransformerConfigTest {
  private static final StackConfig STACK = SmallTransformer.stack(0);

  @Test
  void should_refuse_sizes_out_of_their_bounds() {
    StackConfig wide = StackConfig.of(1, 12, 2);

    refuse(0, 8, STACK, 0.1, "vocabulary must be at least 1, was 0");
    refuse(11, 1, STACK, 0.1, "positions must be at least 2, was 1");
    refuse(11, 8, wide, 0.1, "decoder.width must be that of the encoder, 6, was 12");
    refuse(11, 8, STACK, 1, "labelSmoothing must be in [0, 1), was 1.0");
    refuse(11, 8, STACK, Double.NaN, "labelSmoothing must be in [0, 1), was NaN");
  }

  private static void refuse(
      int vocabulary, int positions, StackConfig decoder, double smoothing, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TransformerConfig(vocabulary, positions, STACK, decoder, smoothing))
        .withMessage(message);
  }

  @Test
  void should_count_the_places_for_experts_of_both_stacks() {
    StackConfig deep = StackConfig.of(6, 6, 2).withExperts(4).withMoeEvery(2);

    assertThat(new TransformerConfig(11, 8, STACK, deep, 0).moeLayers()).isEqualTo(1 + 3);
  }
}
