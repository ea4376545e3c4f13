package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.Scope;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class GateSpecTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1, 'experts must be at least 1, was 0'",
    "2, 0, 'moeLayers must be at least 1, was 0'",
    "2, -3, 'moeLayers must be at least 1, was -3'"
  })
  void should_refuse_fewer_than_one_expert_or_layer(int experts, int moeLayers, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec(experts, moeLayers, Map.of()))
        .withMessage(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void should_serve_a_layer_of_its_stack_the_only_one_where_nothing_else_is_said(int layer) {
    GateSpec first = spec(2, 3, Map.of());

    assertThat(first.layer()).isZero();
    assertThat(first.layers()).isOne();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new GateSpec(
                    first.scope(), 4, 2, layer, 2, 3, 8, true, Map.of(), TrainingFacts.UNKNOWN))
        .withMessage("layer must be at least 0 and below layers (2), was " + layer);
  }

  @Test
  void should_keep_the_options_it_was_given() {
    Map<String, String> options = new HashMap<>(Map.of("k", "1"));
    GateSpec spec = spec(1, 1, options);
    options.put("k", "2");

    assertThat(spec.options()).isEqualTo(Map.of("k", "1"));
    assertThat(spec.training()).isEqualTo(TrainingFacts.UNKNOWN);
  }

  private static GateSpec spec(int experts, int moeLayers, Map<String, String> options) {
    Scope scope = Scope.root(1, KernelSelection.forType(DataType.DOUBLE));
    return new GateSpec(
        scope, 4, experts, 0, 1, moeLayers, 8, true, options, TrainingFacts.UNKNOWN);
  }
}
