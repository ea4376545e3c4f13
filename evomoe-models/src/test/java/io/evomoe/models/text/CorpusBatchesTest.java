package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CorpusBatchesTest {
  private static final List<Integer> EXAMPLES = IntStream.range(0, 10).boxed().toList();

  private final CorpusBatches<List<Integer>> batches =
      CorpusBatches.of(EXAMPLES, 5, 7, examples -> examples);

  @Test
  void an_epoch_should_visit_every_example_once_in_an_order_of_its_own() {
    List<Integer> first = epoch(0);
    List<Integer> second = epoch(2);

    assertThat(first).containsExactlyInAnyOrderElementsOf(EXAMPLES).isNotEqualTo(second);
    assertThat(second).containsExactlyInAnyOrderElementsOf(EXAMPLES);
    assertThat(batches.batch(1)).isEqualTo(first.subList(5, 10));
  }

  private List<Integer> epoch(long from) {
    return LongStream.of(from, from + 1).boxed().flatMap(i -> batches.batch(i).stream()).toList();
  }

  @Test
  void should_measure_the_first_examples_in_their_own_order() {
    assertThat(CorpusBatches.of(EXAMPLES, 4, 7, e -> e).evaluationBatches(9))
        .containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7), List.of(8, 9));
    assertThat(batches.evaluationShare(1)).isEqualTo(new CorpusBatches.EvaluationShare(1, 2));
  }
}
