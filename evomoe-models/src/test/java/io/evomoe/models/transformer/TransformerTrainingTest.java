package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class TransformerTrainingTest {
  private static final long UNSEEN = -1;

  @Test
  void should_learn_to_translate_sentences_that_it_never_saw_with_evolved_experts_in_both_stacks() {
    Transformer model = Backwards.trained();
    List<int[]> sources = List.of(Backwards.sentences(UNSEEN));
    List<int[]> expected = sources.stream().map(Backwards::backwards).toList();
    Translation translation = new Translation(model, Backwards.context(), SmallTransformer.END);

    assertThat(model.evolving().places()).hasSize(2).allMatch(place -> place.experts() == 2);
    for (Search search : List.of(Search.greedy(), Search.beam(4, 0.6))) {
      assertThat(wrong(translation.translate(sources, search), expected)).isLessThanOrEqualTo(1);
    }
  }

  private static int wrong(List<int[]> found, List<int[]> expected) {
    int wrong = 0;
    for (int i = 0; i < expected.size(); i++) {
      wrong += Arrays.equals(found.get(i), expected.get(i)) ? 0 : 1;
    }
    return wrong;
  }
}
