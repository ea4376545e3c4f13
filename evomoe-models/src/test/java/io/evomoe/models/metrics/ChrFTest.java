package io.evomoe.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChrFTest {
  /** Worked by hand; P and R are means over the orders that both sides have. */
  @ParameterizedTest
  @CsvSource({
    // P = R = 1 for n = 1, 2, 3.
    "abc, abc, 100",
    // n = 1: 2 of 2, of 3; n = 2: 1 of 1, of 2: P = 1, R = (2/3 + 1/2)/2 = 7/12: 35/55.
    "ab, abc, 63.636364",
    // The other way round P = 7/12, R = 1: 35/40. Recall weighs more.
    "abc, ab, 87.5",
    // Repeated n-grams count as often as in the reference: again P = (2/3 + 1/2)/2, R = 1.
    "aaa, aa, 87.5",
    // No white space, no case folding: P = R = (2/3 + 1/2 + 0)/3 = 7/18.
    "a\u00a0b c, abc, 100",
    "Abc, abc, 38.888889",
    // One character in two UTF-16 units is one: n = 1: 1 of 2, n = 2: 0 of 1: P = R = 1/4.
    "a😀, a😁, 25",
    // Orders 1 to 6 only: 7 characters of which the last differs: P = R of
    // 6/7, 5/6, 4/5, 3/4, 2/3, 1/2 = 4.407143/6.
    "abcdefg, abcdefx, 73.452381",
    "abc, xyz, 0",
    "'', abc, 0",
    "abc, '', 0",
    "'', '', 0",
  })
  void should_equal_the_value_worked_by_hand(String output, String reference, double score) {
    assertThat(ChrF.score(List.of(output), List.of(reference))).isEqualTo(score, within(1e-6));
  }

  @Test
  void should_add_counts_over_the_corpus_before_dividing() {
    // n = 1: 2 of 3 on both sides; n = 2: 1 of 1: P = R = 5/6.
    assertThat(ChrF.score(List.of("ab", "c"), List.of("ab", "d")))
        .isEqualTo(83.333333, within(1e-6));
  }

  @Test
  void should_leave_out_orders_that_a_sentences_reference_is_too_short_for() {
    // n = 1: 5 of 7, of 5; n = 2: 3 of 5, of 3; n = 3: 1 of 1, abc and bcd left out:
    // P = (5/7 + 3/5 + 1)/3 = 27/35, R = 1: 135/143.
    assertThat(ChrF.score(List.of("abcd", "xyz"), List.of("ab", "xyz")))
        .isEqualTo(94.405594, within(1e-6));
  }

  @Test
  void should_refuse_as_many_outputs_as_there_are_no_references_for() {
    assertThatThrownBy(() -> ChrF.score(List.of("a"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("hypotheses must be as many as references (0), were 1");
    assertThat(ChrF.signature()).isEqualTo("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no");
  }
}
