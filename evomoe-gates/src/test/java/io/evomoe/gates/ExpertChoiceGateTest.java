package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

class ExpertChoiceGateTest extends BuiltInGateTest {
  ExpertChoiceGateTest() {
    super(
        new ExpertChoiceGate.Provider(),
        Map.of("k", "1"),
        Map.of("prior", "learned", "priorScale", "0.05"));
  }

  @Override
  protected boolean comparesTokens() {
    return true;
  }

  @Override
  protected OptionalInt capacity(int realTokens, int experts) {
    return OptionalInt.of((int) Math.ceil(2.0 * realTokens / experts));
  }

  @ParameterizedTest
  @CsvSource({"1, 8, 2", "2, 8, 4", "0.5, 8, 1", "1, 9, 3", "4, 8, 8", "0.1, 3, 1"})
  void should_load_every_expert_with_k_tokens_in_e(String k, int size, int load) {
    Routing routing = route(Map.of("k", k), TokenRows.random(size, 1).withPadding());

    for (int e = 0; e < EXPERTS; e++) {
      assertThat(routing.load(e)).isEqualTo(load);
    }
    assertThat(routing.dropped()).isZero();
  }

  @Test
  void should_take_the_tokens_of_largest_softmax_with_it_as_weight() {
    TokenRows tokens = TokenRows.random(12, 0.3);
    Routing chosen = route(Map.of("k", "1"), tokens);
    Routing all = route(Map.of("k", "4"), tokens);

    for (int e = 0; e < EXPERTS; e++) {
      double[] p = Arrays.copyOfRange(all.weights(), all.offset(e), all.offset(e + 1));
      double[] largest = Arrays.stream(p).sorted().skip(9).toArray();
      double[] taken = Arrays.copyOfRange(chosen.weights(), chosen.offset(e), chosen.offset(e + 1));
      assertThat(Arrays.stream(taken).sorted().toArray()).isEqualTo(largest);
      for (int i = chosen.offset(e); i < chosen.offset(e + 1); i++) {
        assertThat(chosen.weight(i)).isEqualTo(p[chosen.token(i)]);
      }
    }
  }

  @Test
  void should_take_the_earlier_of_equal_tokens() {
    Routing routing = route(Map.of("k", "1"), TokenRows.onAxes(0, new int[8]));

    assertThat(routing.tokens()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
  }

  @Test
  void should_refuse_a_causal_model_and_say_why() {
    Scope scope = Scope.root(1, KernelSelection.forType(DataType.DOUBLE));
    GateSpec causal =
        new GateSpec(scope, 8, EXPERTS, 0, 1, 1, 10, true, Map.of(), TrainingFacts.UNKNOWN);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> provider().create(causal))
        .withMessageStartingWith("gate expertchoice cannot serve in a causal model:")
        .withMessageContaining("would depend on later ones");
    assertThat(provider().refusal(true)).isPresent();
    assertThat(provider().refusal(false)).isEmpty();
    assertThat(new TopKGate.SwitchProvider().refusal(true)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0", "4.5"})
  void should_refuse_k_outside_of_its_bounds(String k) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene(Map.of("k", k)))
        .withMessage(
            "option k of gate expertchoice must be a number above 0 and at most 4, was " + k);
  }

  private Routing route(Map<String, String> options, TokenRows tokens) {
    return scene(options).route(tokens, GateScene.training()).routing();
  }
}
