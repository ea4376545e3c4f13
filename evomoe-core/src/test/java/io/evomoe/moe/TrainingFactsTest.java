package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingFactsTest {

  @Test
  void should_count_every_id_of_the_vocabulary() {
    TokenFrequencies frequencies = TokenFrequencies.count(IntStream.of(2, 0, 2, 2), 4);

    assertThat(frequencies.vocabulary()).isEqualTo(4);
    assertThat(IntStream.range(0, 4).mapToLong(frequencies::of)).containsExactly(1L, 0L, 3L, 0L);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4})
  void should_refuse_an_id_outside_the_vocabulary(int id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenFrequencies.count(IntStream.of(1, id), 4))
        .withMessage("token id must be in 0..3, was " + id);
  }

  @Test
  void should_refuse_a_training_without_steps() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingFacts.ofSteps(0))
        .withMessage("steps must be at least 1, was 0");
    assertThat(TrainingFacts.ofSteps(1).steps()).hasValue(1);
    assertThat(TrainingFacts.UNKNOWN.steps()).isEmpty();
  }

  @Test
  void should_refuse_special_ids_below_0() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingFacts.UNKNOWN.withSpecialIds(Set.of(-1)))
        .withMessage("special ids must be at least 0, were [-1]");
  }
}
