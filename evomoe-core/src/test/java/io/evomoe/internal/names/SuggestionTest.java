package io.evomoe.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuggestionTest {
  private static final List<String> KNOWN =
      List.of("evomoe", "switch", "dense", "topk", "training.learningRate", "training.steps");

  @ParameterizedTest
  @CsvSource({
    "evmoe, evomoe",
    "evomooe, evomoe",
    "swicth, switch",
    "Switch, switch",
    "dence, dense",
    "top-k, topk",
    "traning.steps, training.steps",
    "training.learning-rate, training.learningRate",
    "learning_rate, training.learningRate",
    "setps, training.steps",
  })
  void should_find_the_name_that_was_mistyped(String written, String meant) {
    assertThat(Suggestion.of(written, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "hash", "nonesuch", "training", "evolution"})
  void should_not_guess_where_no_name_is_close(String written) {
    assertThat(Suggestion.of(written, KNOWN)).isEmpty();
  }

  @Test
  void should_prefer_the_closest_name_and_then_the_first() {
    assertThat(Suggestion.of("convert", List.of("convent", "convert"))).contains("convert");
    assertThat(Suggestion.of("cat", List.of("bat", "rat"))).contains("bat");
  }

  @Test
  void should_end_a_message_or_leave_it_as_it_is() {
    assertThat("gate must be one of a, b" + Suggestion.text("swich", KNOWN))
        .isEqualTo("gate must be one of a, b; did you mean switch?");
    assertThat(Suggestion.text("nonesuch", KNOWN)).isEmpty();
  }

  @Test
  void should_take_a_very_long_name_for_what_it_is() {
    assertThat(Suggestion.of("x".repeat(100_000), KNOWN)).isEmpty();
  }
}
