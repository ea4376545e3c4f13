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
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Options whose defaults follow from what the gate's layer is: another value routes otherwise. */
class DtsLayerDefaultsTest {
  private static final TokenRows TOKENS = TokenRows.random(400, 1);

  /** So low that a plain router leaves experts out too. */
  private static final double TEMPERATURE = 0.1;

  @ParameterizedTest
  @CsvSource({
    "none, all, 0, 8, 0.1, 0.3",
    "annealed, all, 0, 8, 0.1, 0.3",
    "annealed, last, 0, 8, 0.1, 0.3",
    "fixed, all, 0, 8, 0.3, 0.1",
    "learned, all, 0, 8, 0.3, 0.1",
    "learned, all, 1, 8, 0.3, 0.1",
    "learned, last, 0, 8, 0.3, 0.1",
    "learned, last, 1, 8, 0.3, 0.1",
    "learned, all, 0, 4, 0.3, 0.2",
    "learned, all, 0, 2, 0.4, 0.3"
  })
  void should_keep_experts_above_a_share_of_the_even_weight_and_more_where_a_prior_stays(
      String prior, String layers, int layer, int experts, String expected, String other) {
    Map<String, String> options = prior(prior, layers);

    Routing usual = route(options, layer, experts);

    assertThat(usual.weights())
        .isEqualTo(route(with(options, "threshold", expected), layer, experts).weights());
    assertThat(usual.weights())
        .isNotEqualTo(route(with(options, "threshold", other), layer, experts).weights());
  }

  @ParameterizedTest
  @CsvSource({
    "none, last, 0, true",
    "annealed, last, 0, true",
    "learned, all, 0, true",
    "learned, last, 1, true",
    "learned, last, 0, false",
    "fixed, last, 0, false"
  })
  void should_weigh_by_p_itself_where_another_layer_alone_has_a_prior_that_stays(
      String prior, String layers, int layer, boolean renormalize) {
    Map<String, String> options = prior(prior, layers);

    Routing usual = route(options, layer, 8);

    assertThat(usual.weights())
        .isEqualTo(route(with(options, "renormalize", "" + renormalize), layer, 8).weights());
    assertThat(usual.weights())
        .isNotEqualTo(route(with(options, "renormalize", "" + !renormalize), layer, 8).weights());
  }

  private static Map<String, String> prior(String prior, String layers) {
    return Map.of("prior", prior, "priorLayers", layers, "priorScale", "1");
  }

  private static Map<String, String> with(Map<String, String> options, String name, String value) {
    Map<String, String> all = new HashMap<>(options);
    all.put(name, value);
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
            TOKENS.array(),
            new Pass(new StepContext(1, Phase.SOFT, TEMPERATURE, true, 1), TOKENS.batch()))
        .routing();
  }
}
