package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SoftMixtureGateTest extends BuiltInGateTest {
  SoftMixtureGateTest() {
    super(new SoftMixtureGate.Provider(), Map.of("prior", "learned", "priorScale", "0.05"));
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
