package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The laws for a gate whose tokens choose k experts of limited capacity. */
abstract class CapacityGateTest extends BuiltInGateTest {
  private final int k;

  @SafeVarargs
  CapacityGateTest(GateProvider provider, int k, Map<String, String>... others) {
    super(provider, others);
    this.k = k;
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0.01;
  }

  @Override
  protected boolean capacityByPosition() {
    return true;
  }

  @Override
  protected OptionalInt capacity(int realTokens, int experts) {
    return OptionalInt.of(k * (int) Math.ceil(1.25 * realTokens / experts));
  }

  @ParameterizedTest
  @CsvSource({"0.1, false", "1.25, false", "infinite, true"})
  void should_drop_nothing_in_evaluation_or_at_an_infinite_factor(String factor, boolean training) {
    GateScene scene = alongAxes(Map.of("capacityFactor", factor));
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 0, 0, 0, 0, 0, 0, 0);
    Routing routing =
        scene.route(tokens, training ? GateScene.training() : GateScene.evaluation()).routing();

    assertThat(routing.load(0)).isEqualTo(8);
    assertThat(routing.assignments()).isEqualTo(8 * k);
    assertThat(routing.dropped()).isZero();
  }

  @Test
  void should_count_first_choices_alone_and_before_drops_in_the_balance_loss() {
    TokenRows tokens = TokenRows.random(8, 1);
    Routed tight = scene(Map.of("capacityFactor", "0.1")).route(tokens, GateScene.training());
    Routed loose = scene(Map.of("capacityFactor", "infinite")).route(tokens, GateScene.training());
    Routed top1 =
        GateScene.of(new TopKGate.SwitchProvider(), EXPERTS, Map.of())
            .route(tokens, GateScene.training());

    assertThat(tight.routing().dropped()).isPositive();
    assertThat(tight.auxLoss()).isEqualTo(loose.auxLoss()).isEqualTo(top1.auxLoss());
  }
}
