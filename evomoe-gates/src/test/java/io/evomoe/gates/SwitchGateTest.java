package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class SwitchGateTest extends GateContract {
  private static final double CLEAR = 40;

  @Override
  protected GateProvider provider() {
    return new SwitchGate.Provider();
  }

  @Override
  protected List<Map<String, String>> variants() {
    return List.of(
        Map.of(),
        Map.of("capacityFactor", "0.5", "alpha", "1"),
        Map.of("zLoss", "0.001", "capacityFactor", "infinite"),
        Map.of("jitter", "0.1", "zLoss", "1", "alpha", "0"),
        Map.of("prior", "learned", "priorScale", "0.05", "zLoss", "1", "jitter", "0.1"),
        Map.of("prior", "fixed", "priorScale", "0.05"),
        Map.of("prior", "annealed", "priorScale", "0.05"));
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0.01;
  }

  @Override
  protected double auxLossAtCollapse(int experts, int moeLayers) {
    return 0.01 * experts;
  }

  @Override
  protected boolean capacityByPosition() {
    return true;
  }

  @Override
  protected OptionalInt capacity(int realTokens, int experts) {
    return OptionalInt.of((int) Math.ceil(1.25 * realTokens / experts));
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

  @ParameterizedTest
  @CsvSource({"1.25, false", "infinite, true"})
  void should_drop_nothing_in_evaluation_or_at_an_infinite_factor(String factor, boolean training) {
    GateScene scene = alongAxes(Map.of("capacityFactor", factor));
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 0, 0, 0, 0, 0, 0, 0);
    Routing routing =
        scene.route(tokens, training ? GateScene.training() : GateScene.evaluation()).routing();

    assertThat(routing.load(0)).isEqualTo(8);
    assertThat(routing.dropped()).isZero();
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

  @Test
  void should_count_dropped_tokens_in_the_balance_loss() {
    TokenRows tokens = TokenRows.random(8, 1);
    Routed tight = scene(Map.of("capacityFactor", "0.1")).route(tokens, GateScene.training());
    Routed loose = scene(Map.of("capacityFactor", "infinite")).route(tokens, GateScene.training());

    assertThat(tight.routing().dropped()).isPositive();
    assertThat(tight.auxLoss()).isEqualTo(loose.auxLoss());
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

  private GateScene scene(Map<String, String> options) {
    return GateScene.of(provider(), 4, options);
  }

  private GateScene alongAxes(Map<String, String> options) {
    GateScene scene = scene(options);
    scene.pointExpertsAlongAxes();
    return scene;
  }
}
