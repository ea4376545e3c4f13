package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopKGateTest extends CapacityGateTest {
  TopKGateTest() {
    super(
        new TopKGate.Provider(),
        2,
        Map.of("k", "1"),
        Map.of("k", "2", "renormalize", "false"),
        Map.of("k", "3", "capacityFactor", "0.4", "randomSecond", "true"),
        Map.of("k", "4", "alpha", "2", "zLoss", "1"),
        Map.of("k", "2", "jitter", "0.1", "alpha", "0"),
        Map.of("k", "1", "prior", "annealed", "priorScale", "0.05", "priorDistill", "0.5"),
        Map.of("k", "2", "prior", "learned", "priorScale", "0.05"));
  }

  /** A single expert allows k = 1 alone: {@link Top2GateTest} has that law. */
  @Override
  protected boolean singleExpertIsWhole() {
    return false;
  }

  @Override
  protected List<Integer> expertCounts() {
    return List.of(EXPERTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void should_weigh_the_k_largest_softmax_values_over_their_sum(int k) {
    TokenRows tokens = TokenRows.random(30, 0.2);
    Map<String, String> options = Map.of("k", Integer.toString(k));
    double[][] weights = weights(scene(options).route(tokens, GateScene.evaluation()).routing());
    GateScene dense = GateScene.of(new SoftMixtureGate.Provider(), EXPERTS, Map.of());
    double[][] p = weights(dense.route(tokens, GateScene.evaluation()).routing());

    for (int s = 0; s < tokens.size(); s++) {
      assertThat(weights[s]).containsExactly(slowTopK(p[s], k), within(1e-12));
    }
  }

  @Test
  void should_announce_its_losses_and_the_router_z_loss_only_if_it_has_one() {
    assertThat(losses(new TopKGate.Provider(), Map.of())).containsOnlyKeys("balance (alpha)");
    assertThat(losses(new TopKGate.Top2Provider(), Map.of())).containsOnlyKeys("balance (alpha)");
    assertThat(losses(new TopKGate.Top2Provider(), Map.of("zLoss", "0.5")))
        .containsEntry("router z-loss", 0.5);
    assertThat(losses(new TopKGate.SwitchProvider(), Map.of())).containsEntry("router z-loss", 0.0);
  }

  private static Map<String, Double> losses(GateProvider gate, Map<String, String> options) {
    return GateScene.of(gate, EXPERTS, options).gate().losses();
  }

  @Test
  void should_be_switch_with_whole_weights_at_k_one() {
    TokenRows tokens = TokenRows.random(30, 1);
    Routing top1 = scene(Map.of("k", "1")).route(tokens, GateScene.training()).routing();
    Routing byName =
        GateScene.of(new TopKGate.SwitchProvider(), EXPERTS, Map.of())
            .route(tokens, GateScene.training())
            .routing();

    assertThat(top1.tokens()).isEqualTo(byName.tokens());
    assertThat(top1.offsets()).isEqualTo(byName.offsets());
    assertThat(top1.dropped()).isEqualTo(byName.dropped()).isPositive();
    assertThat(Arrays.stream(top1.weights()).boxed()).allMatch(weight -> weight == 1);
  }

  @Test
  void should_leave_a_third_choice_what_first_and_second_ones_have_left() {
    Map<String, String> options = Map.of("k", "3", "capacityFactor", "0.5");
    GateScene scene = scene(options);
    scene.pointExpertsAlongAxes();
    TokenRows tokens = TokenRows.onAxes(40, 3, 2, 2, 2);
    Routing routing = scene.route(tokens, GateScene.training()).routing();

    assertThat(IntStream.range(0, EXPERTS).map(routing::load)).containsExactly(3, 3, 3, 1);
    assertThat(routing.dropped()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "5", "1.5"})
  void should_refuse_k_outside_of_one_to_e(String k) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene(Map.of("k", k)))
        .withMessage(
            "option k of gate topk must be a whole number at least 1 and at most 4, was " + k);
  }

  private static double[] slowTopK(double[] p, int k) {
    double least = Arrays.stream(p).sorted().toArray()[p.length - k];
    double sum = Arrays.stream(p).filter(value -> value >= least).sum();
    return Arrays.stream(p).map(value -> value >= least ? value / sum : 0).toArray();
  }
}
