package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Gates whose first layers go by the token's id. */
class HashLayersTest {
  private static final TokenRows TOKENS = TokenRows.random(30, 1);
  private static final Map<String, String> TWO = Map.of("hashLayers", "2");

  @ParameterizedTest
  @CsvSource({"evomoe, 0", "evomoe, 1", "dts, 1", "switch, 0", "topk, 1"})
  void should_be_gate_hash_in_the_first_layers(String gate, int layer) {
    Gate hashed = gate(gate, layer, TWO);
    Routing expected = route(gate("hash", layer, Map.of()));

    assertThat(route(hashed).firstExperts()).isEqualTo(expected.firstExperts());
    assertThat(route(hashed).weights()).containsOnly(1);
    assertThat(hashed.parameters()).isEmpty();
    assertThat(hashed.losses()).isEmpty();
    assertThat(hashed.state()).hasSize(1).allMatch(state -> state.namesExperts());
  }

  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "dts", "switch", "top2"})
  void should_be_itself_in_the_layers_behind_them_and_where_there_are_none(String gate) {
    Routing plain = route(gate(gate, 2, Map.of()));

    assertThat(route(gate(gate, 2, TWO)).weights()).isEqualTo(plain.weights());
    assertThat(route(gate(gate, 0, Map.of("hashLayers", "0"))).weights())
        .isEqualTo(plain.weights());
    assertThat(plain.firstExperts()).isNotEqualTo(route(gate("hash", 2, Map.of())).firstExperts());
  }

  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "switch"})
  void should_be_refused_in_the_first_layers_where_tokens_have_no_ids(String gate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate(gate, 1, TWO, 0))
        .withMessage(
            "vocabulary of token ids must be at least 1 for gate %s, which looks at ids, was 0"
                .formatted(gate));
    assertThat(gate(gate, 2, TWO, 0).parameters()).hasSize(1);
  }

  private static Gate gate(String name, int layer, Map<String, String> options) {
    return gate(name, layer, options, TokenRows.VOCABULARY);
  }

  private static Gate gate(String name, int layer, Map<String, String> options, int vocabulary) {
    Scope scope = Scope.root(7, KernelSelection.forType(DataType.DOUBLE)).gate();
    return GateProvider.named(name)
        .create(
            new GateSpec(
                scope,
                TokenRows.WIDTH,
                4,
                layer,
                3,
                3,
                vocabulary,
                true,
                options,
                TrainingFacts.ofSteps(10)));
  }

  private static Routing route(Gate gate) {
    return gate.route(TOKENS.array(), new Pass(GateScene.training(), TOKENS.batch())).routing();
  }
}
