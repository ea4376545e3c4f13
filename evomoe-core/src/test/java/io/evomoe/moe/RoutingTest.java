package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.random.CounterRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingTest {

  private static Routing.Builder unsorted() {
    return new Routing.Builder(4, 3)
        .assign(3, 2, 0.1)
        .assign(1, 0, 0.2)
        .assign(0, 2, 0.3)
        .assign(0, 0, 0.4)
        .assign(1, 2, 0);
  }

  @Test
  void should_sort_assignments_by_expert_and_then_by_token() {
    Routing routing = unsorted().drop().drop().build();

    assertThat(routing.offsets()).containsExactly(0, 2, 2, 5);
    assertThat(routing.tokens()).containsExactly(0, 1, 0, 1, 3);
    assertThat(routing.weights()).containsExactly(0.4, 0.2, 0.3, 0, 0.1);
    assertThat(routing.assignments()).isEqualTo(5);
    assertThat(routing.offset(2)).isEqualTo(2);
    assertThat(routing.load(1)).isZero();
    assertThat(routing.load(2)).isEqualTo(3);
    assertThat(routing.dropped()).isEqualTo(2);
    assertThat(routing.tokenCount()).isEqualTo(4);
    assertThat(routing.experts()).isEqualTo(3);
    assertThat(routing.isDense()).isFalse();
  }

  @Test
  void should_name_the_first_expert_of_each_token() {
    Routing tied = new Routing.Builder(2, 3).assign(0, 2, 0.5).assign(0, 1, 0.5).build();

    assertThat(unsorted().build().firstExperts()).containsExactly(0, 0, -1, 2);
    assertThat(tied.firstExperts()).containsExactly(1, -1);
  }

  @Test
  void should_be_dense_where_every_expert_takes_every_token() {
    Routing.Builder builder = new Routing.Builder(7, 5);
    for (int s = 6; s >= 0; s--) {
      for (int e = 0; e < 5; e++) {
        builder.assign(s, e, s + 10.0 * e);
      }
    }
    Routing routing = builder.build();

    assertThat(routing.isDense()).isTrue();
    for (int i = 0; i < 35; i++) {
      assertThat(routing.token(i)).isEqualTo(i % 7);
      int expert = i / 7;
      assertThat(routing.weight(i)).isEqualTo(i % 7 + 10.0 * expert);
    }
  }

  @Test
  void should_give_copies_that_change_nothing() {
    double[] bypass = {0.1, 0, 0.3, 0.4};
    Routing routing = unsorted().bypass(bypass).build();
    bypass[0] = 9;
    routing.tokens()[0] = 9;
    routing.weights()[0] = 9;
    routing.offsets()[0] = 9;

    assertThat(routing.token(0)).isZero();
    assertThat(routing.weight(0)).isEqualTo(0.4);
    assertThat(routing.offset(0)).isZero();
    assertThat(routing.bypass()).containsExactly(0.1, 0, 0.3, 0.4);
    assertThat(routing.bypass(3)).isEqualTo(0.4);
    assertThat(unsorted().build().bypass()).isNull();
    assertThat(unsorted().build().bypass(3)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 'token must be in 0..3, was -1'",
    "4, 0, 'token must be in 0..3, was 4'",
    "0, -1, 'expert of token 0 must be in 0..2, was -1'",
    "0, 3, 'expert of token 0 must be in 0..2, was 3'"
  })
  void should_refuse_tokens_and_experts_that_are_not_there(int token, int expert, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Routing.Builder(4, 3).assign(token, expert, 1))
        .withMessage(message);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void should_refuse_weights_that_are_negative_or_not_finite(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Routing.Builder(4, 3).assign(0, 0, weight))
        .withMessage("weight of token 0 at expert 0 must be finite and at least 0, was " + weight);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Routing.Builder(2, 3).bypass(new double[] {1, weight}))
        .withMessage("bypass must be finite and at least 0, was " + weight + " at token 1");
  }

  @Test
  void should_refuse_to_assign_a_token_twice_to_an_expert() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> unsorted().assign(0, 2, 1).build())
        .withMessage("token 0 was assigned twice to expert 2");
  }

  @Test
  void should_refuse_a_bypass_of_another_size() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> unsorted().bypass(new double[3]))
        .withMessage("bypass must have one weight a token (4), had 3");
  }

  @Test
  void should_be_the_same_of_the_experts_of_tokens_as_one_by_one() {
    CounterRandom random = new CounterRandom(5);
    int experts = 9;
    int[][] expertsOf = new int[5001][];
    TokenMatrix weights = new TokenMatrix(expertsOf.length, experts);
    Routing.Builder builder = new Routing.Builder(expertsOf.length, experts);
    for (int s = 0; s < expertsOf.length; s++) {
      for (int e = 0; e < experts; e++) {
        weights.set(s, e, random.uniform((long) s * experts + e));
      }
      expertsOf[s] = weights.largest(s, random.below(experts + 1, -1L - s));
    }
    for (int s = expertsOf.length - 1; s >= 0; s--) {
      for (int e : expertsOf[s]) {
        builder.assign(s, e, weights.get(s, e));
      }
    }
    Routing expected = builder.build();
    Routing routing = Routing.of(expertsOf, weights);

    assertThat(routing.offsets()).isEqualTo(expected.offsets());
    assertThat(routing.tokens()).isEqualTo(expected.tokens());
    assertThat(routing.weights()).isEqualTo(expected.weights());
    assertThat(routing.loads()[4]).isEqualTo(expected.load(4));
    assertThat(routing.tokenCount()).isEqualTo(5001);
    assertThat(routing.dropped()).isZero();
    assertThat(routing.bypass()).isNull();
  }

  @Test
  void should_refuse_experts_of_tokens_that_are_none_or_come_twice() {
    TokenMatrix weights = new TokenMatrix(2, 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Routing.of(new int[][] {{}, {3}}, weights))
        .withMessage("expert of token 1 must be in 0..2, was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Routing.of(new int[][] {{1}, {1, 0, 1}}, weights))
        .withMessage("token 1 was assigned twice to expert 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Routing.of(new int[][] {{1}}, weights))
        .withMessage("experts must be given for each of the 2 tokens of the weights, were for 1");
    weights.set(0, 2, -1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Routing.of(new int[][] {{2}, {}}, weights))
        .withMessage("weight of token 0 at expert 2 must be finite and at least 0, was -1.0");
  }
}
