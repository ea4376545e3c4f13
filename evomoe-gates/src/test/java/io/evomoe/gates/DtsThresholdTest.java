package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The default of option {@code threshold}, by what the gate's layer is. */
class DtsThresholdTest {
  private static final TokenRows TOKENS = TokenRows.random(400, 1);

  /** The other of the two would route otherwise: so the first assertion can fail. */
  @ParameterizedTest
  @CsvSource({
    "none, all, 0, 8, 0.1, 0.3",
    "annealed, all, 0, 8, 0.1, 0.3",
    "fixed, all, 0, 8, 0.3, 0.1",
    "learned, all, 0, 8, 0.3, 0.1",
    "learned, all, 1, 8, 0.3, 0.1",
    "learned, last, 0, 8, 0.1, 0.3",
    "learned, last, 1, 8, 0.3, 0.1",
    "learned, all, 0, 4, 0.3, 0.2",
    "learned, all, 0, 2, 0.4, 0.3"
  })
  void should_be_a_share_of_the_even_weight_and_more_where_a_prior_stays(
      String prior, String layers, int layer, int experts, String expected, String other) {
    Map<String, String> options = Map.of("prior", prior, "priorLayers", layers, "priorScale", "1");

    Routing usual = route(options, layer, experts);

    assertThat(usual.weights()).isEqualTo(route(with(options, expected), layer, experts).weights());
    assertThat(usual.weights()).isNotEqualTo(route(with(options, other), layer, experts).weights());
  }

  private static Map<String, String> with(Map<String, String> options, String threshold) {
    Map<String, String> all = new HashMap<>(options);
    all.put("threshold", threshold);
    return all;
  }

  private static Routing route(Map<String, String> options, int layer, int experts) {
    Scope scope = Scope.root(7, KernelSelection.forType(DataType.DOUBLE)).gate();
    Gate gate =
        new DtsGate.EvolvedProvider()
            .create(
                new GateSpec(
                    scope,
                    TokenRows.WIDTH,
                    experts,
                    layer,
                    2,
                    2,
                    TokenRows.VOCABULARY,
                    false,
                    options,
                    GateScene.TRAINING));
    return gate.route(
            TOKENS.array(), new Pass(new StepContext(1, Phase.SOFT, 1, true, 1), TOKENS.batch()))
        .routing();
  }
}
