package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class SwitchGateTest extends CapacityGateTest {
  SwitchGateTest() {
    super(
        new TopKGate.SwitchProvider(),
        1,
        Map.of("capacityFactor", "0.5", "alpha", "1"),
        Map.of("zLoss", "0.001", "capacityFactor", "infinite"),
        Map.of("jitter", "0.1", "zLoss", "1", "alpha", "0"),
        Map.of("prior", "learned", "priorScale", "0.05", "zLoss", "1", "jitter", "0.1"),
        Map.of("prior", "fixed", "priorScale", "0.05"),
        Map.of("prior", "learned", "priorScale", "0.05", "priorDistill", "0.5"),
        Map.of("prior", "annealed", "priorScale", "0.05", "priorDistill", "0.5"));
  }

  @Test
  void should_drop_tokens_beyond_capacity_from_the_last_position_on() {
    GateScene scene = alongAxes(Map.of());
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 0, 1, 0, 0, 0, 2, 0);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.load(0)).isEqualTo(3);
    assertThat(routing.firstExperts()).containsExactly(0, 0, 1, 0, -1, -1, 2, -1);
    assertThat(routing.dropped()).isEqualTo(3);
  }

  @Test
  void should_fill_an_expert_to_exactly_its_capacity_without_a_drop() {
    GateScene scene = alongAxes(Map.of("capacityFactor", "1.5"));
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 0, 0, 1, 2, 3, 1, 2);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.load(0)).isEqualTo(3);
    assertThat(routing.dropped()).isZero();
  }

  @Test
  void should_count_real_tokens_alone_for_capacity() {
    GateScene scene = alongAxes(Map.of("capacityFactor", "1"));
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 0, 0, 0, 1, 1, 1, 1).withPadding();

    assertThat(scene.route(tokens, GateScene.training()).routing().load(0)).isEqualTo(2);
  }

  @Test
  void should_weigh_the_first_expert_with_its_softmax() {
    GateScene scene = alongAxes(Map.of());
    TokenRows tokens = TokenRows.onAxes(2, 1);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(routing.assignments()).isEqualTo(1);
    assertThat(routing.weight(0)).isCloseTo(Math.exp(2) / (Math.exp(2) + 3), within(1e-12));
  }

  @Test
  void should_equal_alpha_exactly_at_perfect_balance_however_flat_the_softmax() {
    GateScene scene = alongAxes(Map.of("alpha", "0.25"));
    TokenRows flat = TokenRows.onAxes(0.1, 0, 1, 2, 3, 3, 2, 1, 0);

    assertThat(scene.route(flat, GateScene.training()).auxLoss()).isCloseTo(0.25, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"alpha", "zLoss"})
  void should_act_at_any_coefficient_above_zero(String name) {
    Map<String, String> none = Map.of("alpha", "0", "zLoss", "0");
    Map<String, String> some =
        name.equals("alpha") ? Map.of("alpha", "1e-9") : Map.of("alpha", "0", "zLoss", "1e-9");
    TokenRows tokens = TokenRows.random(8, 1);

    assertThat(scene(none).route(tokens, GateScene.training()).auxLoss()).isZero();
    assertThat(scene(some).route(tokens, GateScene.training()).auxLoss()).isPositive();
  }

  @Test
  void should_take_the_mean_square_of_logsumexp_as_z_loss() {
    GateScene scene = alongAxes(Map.of("alpha", "0", "zLoss", "0.5"));
    TokenRows tokens = TokenRows.onAxes(2, 1, 1).withPadding();
    double logSumExp = Math.log(Math.exp(2) + 3);

    assertThat(scene.route(tokens, GateScene.training()).auxLoss())
        .isCloseTo(0.5 * logSumExp * logSumExp, within(1e-12));
  }

  @Test
  void should_jitter_the_router_in_training_within_its_range() {
    GateScene scene = alongAxes(Map.of("jitter", "0.5", "capacityFactor", "infinite"));
    int[] axes = new int[200];
    TokenRows tokens = TokenRows.onAxes(2, axes);
    double[] logits =
        Arrays.stream(scene.route(tokens, GateScene.training()).routing().weights())
            .map(weight -> Math.log(3 * weight / (1 - weight)))
            .toArray();

    assertThat(Arrays.stream(logits).boxed()).allMatch(z -> z >= 1 && z <= 3);
    assertThat(Arrays.stream(logits).min().orElseThrow()).isLessThan(1.1);
    assertThat(Arrays.stream(logits).max().orElseThrow()).isGreaterThan(2.9);
    INDArray array = tokens.array();
    scene.route(array, tokens, GateScene.training());
    assertThat(array).isEqualTo(tokens.array());
  }
}
