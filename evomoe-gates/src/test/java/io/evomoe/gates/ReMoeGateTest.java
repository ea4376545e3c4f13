package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReMoeGateTest extends BuiltInGateTest {
  ReMoeGateTest() {
    super(
        new ReMoeGate.Provider(),
        Map.of("k", "0.5", "lambda", "0.3", "alpha", "2"),
        Map.of("prior", "learned", "priorScale", "0.05"));
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 1e-8 * CLEAR / moeLayers;
  }

  @Override
  protected boolean singleExpertIsWhole() {
    return false;
  }

  @ParameterizedTest
  @CsvSource({
    "lambda, 1e300",
    "lambda, 1.01",
    "lambda, 1e-13",
    "alpha, 11",
    "alpha, 1",
    "k, 0.009"
  })
  void should_refuse_what_cannot_steer(String option, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alongAxes(Map.of(option, value)))
        .withMessageContaining("option " + option + " of gate remoe must be a number")
        .withMessageEndingWith(", was " + value);
  }

  @Test
  void should_weigh_by_positive_logits_and_leave_a_token_without_any_alone() {
    GateScene scene = alongAxes(Map.of());
    TokenRows tokens = TokenRows.onAxes(2, 1, 0);
    Routing routing = scene.route(tokens, GateScene.training()).routing();
    Routing negative = scene.route(TokenRows.onAxes(-2, 1, 0), GateScene.training()).routing();

    assertThat(routing.weights()).containsExactly(2, 2);
    assertThat(routing.firstExperts()).containsExactly(1, 0);
    assertThat(negative.assignments()).isZero();
    assertThat(negative.firstExperts()).containsExactly(-1, -1);
  }

  @Test
  void should_have_the_load_balanced_norm_as_loss() {
    GateScene scene = scene(Map.of("k", "2", "lambda", "0.5"));
    TokenRows tokens = TokenRows.random(20, 1);
    Routed routed = scene.route(tokens.withPadding(), GateScene.training());
    Routing routing = routed.routing();
    double sum = 0;
    for (int e = 0; e < EXPERTS; e++) {
      double f = (double) EXPERTS / (2 * tokens.size()) * routing.load(e);
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        sum += f * routing.weight(i);
      }
    }

    assertThat(routed.auxLoss())
        .isCloseTo(0.5 * sum / (GateScene.MOE_LAYERS * tokens.size()), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"1, 1.5", "2, 1", "3, 0.66666666666666667"})
  void should_steer_lambda_by_whether_more_or_fewer_than_k_are_active(String k, double factor) {
    GateScene scene = alongAxes(Map.of("k", k, "lambda", "0.25", "alpha", "1.5"));
    TokenRows two = TokenRows.between(1, 0, 2);
    Training.pass(scene, two, Training.step(0));

    assertThat(lambdaAfter(scene, two, 1)).isCloseTo(0.25 * factor, within(1e-12));
  }

  @Test
  void should_steer_once_a_step_over_all_its_micro_batches() {
    GateScene scene = alongAxes(Map.of("k", "1", "lambda", "0.25", "alpha", "2"));
    TokenRows two = TokenRows.between(1, 0, 2);
    TokenRows none = TokenRows.onAxes(-1, 0, 0, 0);
    Training.pass(scene, two, Training.step(0));
    Training.pass(scene, two, Training.step(0));
    Training.pass(scene, none, Training.step(0).evaluating());

    assertThat(lambdaAfter(scene, none, 1)).isEqualTo(0.5);
    Training.pass(scene, two, Training.step(1));
    assertThat(lambdaAfter(scene, two, 2)).isEqualTo(0.25);
  }

  @Test
  void should_use_the_steered_lambda_in_the_next_step() {
    GateScene scene = alongAxes(Map.of("lambda", "0.25", "alpha", "2"));
    TokenRows two = TokenRows.between(1, 0, 2);
    double first = Training.pass(scene, two, Training.step(0)).auxLoss();

    assertThat(scene.route(two, Training.step(0)).auxLoss()).isEqualTo(first);
    assertThat(scene.route(two, Training.step(1)).auxLoss()).isCloseTo(2 * first, within(1e-12));
  }

  @Test
  void should_let_lambda_rise_again_after_a_long_spell_of_few_experts() {
    GateScene scene = alongAxes(Map.of("alpha", "2"));
    TokenRows none = TokenRows.onAxes(-1, 0);
    TokenRows two = TokenRows.between(1, 0, 2);
    for (int step = 0; step < 2000; step++) {
      Training.pass(scene, none, Training.step(step));
    }
    Training.pass(scene, two, Training.step(2000));

    assertThat(lambdaAfter(scene, two, 2001)).isEqualTo(2e-12);
  }

  private static double lambdaAfter(GateScene scene, TokenRows tokens, long step) {
    Training.pass(scene, tokens, Training.step(step));
    return scene.gate().state().get(0).value().getDouble(0);
  }
}
