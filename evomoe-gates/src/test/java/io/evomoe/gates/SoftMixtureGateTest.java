package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SoftMixtureGateTest extends GateContract {

  @Override
  protected GateProvider provider() {
    return new SoftMixtureGate.Provider();
  }

  @Override
  protected List<Map<String, String>> variants() {
    return List.of(Map.of(), Map.of("prior", "learned", "priorScale", "0.05"));
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0;
  }

  @Override
  protected double auxLossAtCollapse(int experts, int moeLayers) {
    return 0;
  }

  @Test
  void should_give_every_token_every_expert_with_its_softmax() {
    GateScene scene = GateScene.of(provider(), 3, Map.of());
    scene.pointExpertsAlongAxes();
    Routing routing = scene.route(TokenRows.onAxes(2, 1, 1), GateScene.training()).routing();
    double sum = Math.exp(2) + 2;

    assertThat(routing.isDense()).isTrue();
    assertThat(routing.weights())
        .containsExactly(
            new double[] {1 / sum, 1 / sum, 1 - 2 / sum, 1 - 2 / sum, 1 / sum, 1 / sum},
            within(1e-12));
  }
}
