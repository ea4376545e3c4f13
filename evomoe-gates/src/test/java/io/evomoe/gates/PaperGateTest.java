package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gate {@code evomoe-paper}: all laws of a gate, and the paper's way from all experts to one. */
class PaperGateTest extends BuiltInGateTest {
  private static final TokenRows TOKENS = TokenRows.random(40, 1);

  PaperGateTest() {
    super(new DtsGate.PaperProvider(), Map.of("balance", "0.01"), Map.of("noise", "false"));
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0;
  }

  @Override
  protected boolean noisy(Map<String, String> options) {
    return !"false".equals(options.get("noise"));
  }

  @ParameterizedTest
  @CsvSource({"true, SOFT", "true, HARD", "false, SOFT"})
  void should_route_as_evomoe_with_the_options_of_the_official_scripts(
      boolean training, Phase phase) {
    StepContext step = new StepContext(1, phase, 0.7, training, 1);
    Routing expected =
        GateScene.of(
                new DtsGate.EvolvedProvider(),
                EXPERTS,
                Map.of(
                    "threshold", "0.001",
                    "noise", "true",
                    "renormalize", "false",
                    "balance", "0",
                    "routerInit", "uniform",
                    "evaluation", "top1"))
            .route(TOKENS, step)
            .routing();

    Routing routing = route(Map.of(), step);

    assertThat(routing.tokens()).isEqualTo(expected.tokens());
    assertThat(routing.weights()).isEqualTo(expected.weights());
  }

  @Test
  void should_begin_with_all_experts_and_end_with_one_a_token() {
    int tokens = TOKENS.size();

    assertThat(route(Map.of(), new StepContext(1, Phase.SOFT, 50, true, 1)).assignments())
        .as("as long as the temperature is high")
        .isEqualTo(tokens * EXPERTS);
    assertThat(route(Map.of(), new StepContext(1, Phase.HARD, 0.5, true, 1)).assignments())
        .as("in the hard phase")
        .isEqualTo(tokens);
  }

  @Test
  void should_prefer_an_option_that_is_given() {
    assertThat(
            route(Map.of("threshold", "0.9"), new StepContext(1, Phase.SOFT, 2, true, 1))
                .assignments())
        .isEqualTo(TOKENS.size());
  }

  private Routing route(Map<String, String> options, StepContext step) {
    return GateScene.of(provider(), EXPERTS, options).route(TOKENS, step).routing();
  }
}
