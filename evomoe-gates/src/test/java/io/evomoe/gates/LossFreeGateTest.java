package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossFreeGateTest extends BuiltInGateTest {
  LossFreeGateTest() {
    super(
        new LossFreeGate.Provider(),
        Map.of("k", "1", "gamma", "0"),
        Map.of("renormalize", "true"),
        Map.of("scores", "sigmoid", "renormalize", "true"),
        Map.of("prior", "learned", "priorScale", "0.05"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "1.01", "1e300", "NaN"})
  void should_refuse_a_bias_rate_beyond_the_range_of_a_score(String gamma) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene(Map.of("gamma", gamma)))
        .withMessage(
            "option gamma of gate lossfree must be a number at least 0 and at most 1, was "
                + gamma);
  }

  @Test
  void should_move_the_bias_by_gamma_against_the_load_once_a_step() {
    GateScene scene = alongAxes(Map.of("k", "1", "gamma", "0.25"));
    TokenRows tokens = TokenRows.onAxes(1, 0, 0, 0, 1, 1, 2).withPadding();
    Training.pass(scene, tokens, Training.step(0));

    assertThat(biasAfter(scene, tokens, 1)).containsExactly(-0.25, -0.25, 0.25, 0.25);
  }

  @Test
  void should_leave_the_bias_where_the_load_is_the_mean() {
    GateScene scene = alongAxes(Map.of("k", "1"));
    TokenRows balanced = TokenRows.onAxes(1, 0, 1, 2, 3);
    Training.pass(scene, balanced, Training.step(0));

    assertThat(biasAfter(scene, balanced, 1)).containsOnly(0);
  }

  @Test
  void should_take_the_micro_batches_of_a_step_together() {
    GateScene together = alongAxes(Map.of("k", "1"));
    GateScene apart = alongAxes(Map.of("k", "1"));
    TokenRows first = TokenRows.onAxes(1, 0, 0, 0);
    TokenRows second = TokenRows.onAxes(1, 1, 1, 2);
    Training.pass(together, TokenRows.onAxes(1, 0, 0, 0, 1, 1, 2), Training.step(0));
    Training.pass(apart, first, Training.step(0));
    Training.pass(apart, second, Training.step(0));

    assertThat(biasAfter(apart, first, 1)).isEqualTo(biasAfter(together, first, 1));
  }

  @Test
  void should_not_move_the_bias_by_forward_passes_or_evaluation() {
    GateScene scene = alongAxes(Map.of());
    TokenRows tokens = TokenRows.onAxes(1, 0, 0, 1);
    for (int i = 0; i < 3; i++) {
      scene.route(tokens, Training.step(0));
      Training.pass(scene, tokens, Training.step(0).evaluating());
    }

    assertThat(biasAfter(scene, tokens, 5)).containsOnly(0);
  }

  @Test
  void should_choose_by_the_biased_score_and_weigh_by_the_score_alone() {
    GateScene scene = alongAxes(Map.of("k", "1"));
    TokenRows tokens = TokenRows.onAxes(1, 0, 2);
    scene.gate().state().get(0).value().putScalar(3, 0.5);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.firstExperts()).containsExactly(3, 3);
    assertThat(routing.weight(0)).isCloseTo(1 / (Math.E + 3), within(1e-12));
  }

  @Test
  void should_have_the_same_bias_after_a_step_in_evaluation_as_in_the_next_step() {
    GateScene scene = alongAxes(Map.of("k", "1", "gamma", "0.3"));
    TokenRows tokens = TokenRows.onAxes(0.5, 0, 0, 0, 0);
    Training.pass(scene, tokens, Training.step(0));
    Routing evaluated = scene.route(tokens, Training.step(0).evaluating()).routing();
    Routing next = scene.route(tokens, Training.step(1)).routing();
    Routing sameStep = scene.route(tokens, Training.step(0)).routing();

    assertThat(evaluated.firstExperts()).isEqualTo(next.firstExperts()).doesNotContain(0);
    assertThat(sameStep.firstExperts()).containsOnly(0);
  }

  @Test
  void should_come_back_to_balance_from_collapse() {
    GateScene scene = scene(Map.of("k", "1", "gamma", "0.005"));
    TokenRows tokens = TokenRows.random(64, 0.2);
    scene.gate().state().get(0).value().putScalar(2, 0.4);
    int before = largestLoad(scene.route(tokens, GateScene.evaluation()).routing());
    for (int step = 0; step < 100; step++) {
      Training.pass(scene, tokens, Training.step(step));
    }
    int after = largestLoad(scene.route(tokens, GateScene.evaluation()).routing());

    assertThat(before).isEqualTo(64);
    assertThat(after).isLessThanOrEqualTo(24);
  }

  @Test
  void should_carry_the_bias_and_an_unfinished_step_in_its_state() {
    TokenRows tokens = TokenRows.random(40, 0.05);
    GateScene saved = scene(Map.of("gamma", "0.05"));
    GateScene restored = GateScene.of(provider(), EXPERTS, Map.of("gamma", "0.05"), 9);
    for (int step = 0; step < 5; step++) {
      Training.pass(saved, tokens, Training.step(step));
    }
    restored.copyFrom(saved);
    for (int step = 5; step < 8; step++) {
      Training.pass(saved, tokens, Training.step(step));
      Training.pass(restored, tokens, Training.step(step));
    }

    assertThat(biasAfter(restored, tokens, 9)).isEqualTo(biasAfter(saved, tokens, 9));
    assertThat(biasAfter(saved, tokens, 10)).isNotEqualTo(new double[EXPERTS]);
  }

  @ParameterizedTest
  @CsvSource({"softmax, true", "sigmoid, true", "sigmoid, false", "softmax, false"})
  void should_weigh_by_the_scores_asked_for(String scores, boolean renormalize) {
    GateScene scene =
        alongAxes(Map.of("scores", scores, "renormalize", Boolean.toString(renormalize)));
    Routing routing = scene.route(TokenRows.onAxes(2, 1), GateScene.evaluation()).routing();
    double first =
        scores.equals("sigmoid") ? 1 / (1 + Math.exp(-2)) : Math.exp(2) / (Math.exp(2) + 3);
    double second = scores.equals("sigmoid") ? 0.5 : 1 / (Math.exp(2) + 3);
    double sum = renormalize ? first + second : 1;

    assertThat(routing.offsets()).containsExactly(0, 1, 2, 2, 2);
    assertThat(routing.weights())
        .containsExactly(new double[] {second / sum, first / sum}, within(1e-12));
  }

  @Test
  void should_refuse_more_choices_than_experts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene(Map.of("k", "5")))
        .withMessageContaining("option k of gate lossfree")
        .withMessageContaining("at most 4, was 5");
  }

  private static double[] biasAfter(GateScene scene, TokenRows tokens, long step) {
    Training.pass(scene, tokens, Training.step(step));
    return scene.gate().state().get(0).value().toDoubleVector();
  }

  private static int largestLoad(Routing routing) {
    return Arrays.stream(IntStream.range(0, EXPERTS).map(routing::load).toArray()).max().orElse(0);
  }
}
