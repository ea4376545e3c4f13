package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.step.StepContext.Phase;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Top2GateTest extends CapacityGateTest {
  Top2GateTest() {
    super(
        new TopKGate.Top2Provider(),
        2,
        Map.of("capacityFactor", "0.5", "alpha", "1"),
        Map.of("capacityFactor", "infinite", "alpha", "0"),
        Map.of("randomSecond", "true"),
        Map.of("prior", "learned", "priorScale", "0.05"));
  }

  @Test
  void should_place_second_choices_after_all_first_choices() {
    GateScene scene = alongAxes(Map.of("capacityFactor", "0.5"));
    TokenRows tokens = TokenRows.onAxes(CLEAR, 1, 0, 0, 0);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(tokensOf(routing, 0)).containsExactly(1, 2);
    assertThat(tokensOf(routing, 1)).containsExactly(0, 1);
    assertThat(routing.dropped()).isEqualTo(4);
  }

  @Test
  void should_keep_the_weight_of_one_choice_when_the_other_is_dropped() {
    GateScene scene = alongAxes(Map.of("capacityFactor", "0.5"));
    TokenRows tokens = TokenRows.onAxes(1, 1, 0, 0, 0);
    Routing routing = scene.route(tokens, GateScene.training()).routing();
    double first = Math.E / (Math.E + 1);

    assertThat(weightOf(routing, 0, 1)).isCloseTo(first, within(1e-12));
    assertThat(weightOf(routing, 1, 0)).isCloseTo(first, within(1e-12));
    assertThat(weightOf(routing, 1, 1)).isCloseTo(1 - first, within(1e-12));
    assertThat(weightOf(routing, 2, 0)).isCloseTo(first, within(1e-12));
    assertThat(weightOf(routing, 0, 0)).isNaN();
  }

  @Test
  void should_fill_an_expert_to_exactly_its_capacity_without_a_drop() {
    GateScene scene = alongAxes(Map.of("capacityFactor", "1"));
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 1, 0, 1);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.dropped()).isEqualTo(4);
    assertThat(tokensOf(routing, 0)).containsExactly(0, 2);
    assertThat(tokensOf(routing, 1)).containsExactly(1, 3);
  }

  @Test
  void should_keep_a_random_second_choice_with_twice_its_weight() {
    GateScene scene = alongAxes(Map.of("randomSecond", "true", "capacityFactor", "infinite"));
    TokenRows tokens = TokenRows.onAxes(1.5, new int[20_000]);
    double second = 1 / (1 + Math.exp(1.5));
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.load(0)).isEqualTo(20_000);
    assertThat(routing.load(1) / 20_000.0).isCloseTo(2 * second, within(0.01));
    assertThat(routing.dropped()).isZero();
    assertThat(weightOf(routing, 0, 0)).isCloseTo(1 - second, within(1e-12));
    assertThat(scene.route(tokens, GateScene.evaluation()).routing().load(1)).isEqualTo(20_000);
  }

  @Test
  void should_always_keep_a_random_second_choice_of_half_the_weight() {
    GateScene scene = alongAxes(Map.of("randomSecond", "true", "capacityFactor", "infinite"));
    TokenRows tokens = TokenRows.onAxes(0, new int[500]);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.load(1)).isEqualTo(500);
  }

  @Test
  void should_draw_random_second_choices_anew_for_another_seed() {
    GateScene scene = alongAxes(Map.of("randomSecond", "true", "capacityFactor", "infinite"));
    TokenRows tokens = TokenRows.onAxes(1.5, new int[200]);
    Routing one = scene.route(tokens, GateScene.training(Phase.SOFT, 1)).routing();
    Routing other = scene.route(tokens, GateScene.training(Phase.SOFT, 2)).routing();

    assertThat(tokensOf(one, 1)).isNotEqualTo(tokensOf(other, 1));
  }

  private static int[] tokensOf(Routing routing, int expert) {
    return Arrays.copyOfRange(routing.tokens(), routing.offset(expert), routing.offset(expert + 1));
  }

  private static double weightOf(Routing routing, int token, int expert) {
    for (int i = routing.offset(expert); i < routing.offset(expert + 1); i++) {
      if (routing.token(i) == token) {
        return routing.weight(i);
      }
    }
    return Double.NaN;
  }
}
