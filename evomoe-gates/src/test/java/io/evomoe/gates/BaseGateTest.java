package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.GateProvider.ExpertForm;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Output;
import io.evomoe.nn.Scope;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class BaseGateTest extends BuiltInGateTest {
  BaseGateTest() {
    super(
        new BaseGate.Provider(),
        Map.of("prior", "learned", "priorScale", "0.05"),
        Map.of("prior", "fixed", "priorScale", "0.05"));
  }

  @Override
  protected OptionalInt capacity(int realTokens, int experts) {
    return OptionalInt.of((realTokens + experts - 1) / experts);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 40})
  void should_give_every_expert_as_many_real_tokens_in_training_give_or_take_one(int size) {
    TokenRows tokens = TokenRows.random(size, 1).withPadding();
    Routing routing = scene().route(tokens, GateScene.training()).routing();

    assertThat(routing.assignments()).isEqualTo(size);
    for (int e = 0; e < 4; e++) {
      assertThat(routing.load(e)).isBetween(size / 4, (size + 3) / 4);
    }
  }

  @Test
  void should_balance_tokens_of_one_mind_by_what_they_lose() {
    GateScene scene = GateScene.of(provider(), 2, Map.of());
    scene.pointExpertsAlongAxes();
    // Expert 0 is best for all, and the loss by expert 1 is least for the last two.
    TokenRows tokens = TokenRows.of(new double[][] {{9, 1}, {9, 2}, {9, 8}, {9, 7}});

    assertThat(scene.route(tokens, GateScene.training()).routing().firstExperts())
        .containsExactly(0, 0, 1, 1);
    assertThat(scene.route(tokens, GateScene.evaluation()).routing().firstExperts())
        .containsExactly(0, 0, 0, 0);
  }

  @Test
  void should_blend_expert_and_token_by_the_sigmoid_of_the_affinity() {
    TokenRows tokens = TokenRows.onAxes(2, 1).withPadding();
    Routing routing = alongAxes().route(tokens, GateScene.evaluation()).routing();
    double sigmoid = 1 / (1 + Math.exp(-2));

    assertThat(routing.firstExperts()).containsExactly(-1, 1, -1);
    assertThat(routing.weight(0)).isCloseTo(sigmoid, within(1e-15));
    assertThat(routing.bypass()).containsExactly(0, 1 - sigmoid, 0);
  }

  @Test
  void should_send_no_gradient_where_the_sigmoid_is_flat() {
    GateScene scene = alongAxes();
    TokenRows tokens = TokenRows.onAxes(20 * CLEAR, 0, 1, 2, 3);
    scene
        .route(tokens, GateScene.training())
        .pullback()
        .pull(new RoutingGradient(new double[] {1, 2, 3, 4}, new double[4]));

    assertThat(scene.gate().parameters().get(0).gradient().amaxNumber().doubleValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"3, 8", "8, 8", "8, 3", "1, 4", "4, 1"})
  void should_start_from_orthogonal_centroids_of_gain_a_tenth(int experts, int width) {
    Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).child("gate");
    INDArray c =
        provider()
            .create(
                new GateSpec(
                    scope, width, experts, 0, 1, 1, 9, true, Map.of(), TrainingFacts.UNKNOWN))
            .parameters()
            .get(0)
            .value();
    INDArray products = experts <= width ? c.mmul(c.transpose()) : c.transpose().mmul(c);

    assertThat(c.shape()).containsExactly(experts, width);
    for (int i = 0; i < products.rows(); i++) {
      for (int j = 0; j < products.columns(); j++) {
        assertThat(products.getDouble(i, j)).isCloseTo(i == j ? 0.01 : 0, within(1e-15));
      }
    }
  }

  @Test
  void should_start_as_the_identity_because_its_experts_do() {
    assertThat(provider().expertForm()).isEqualTo(ExpertForm.RESIDUAL);
    LayerScene layer = LayerScene.of(provider(), Map.of());
    Output output = layer.forward(0, true);

    assertThat(output.value().sub(layer.tokens()).amaxNumber().doubleValue()).isLessThan(1e-14);
  }

  @Test
  void should_have_the_layer_gradient_of_central_differences() {
    LayerScene.of(provider(), Map.of()).checkGradient(0);
  }

  private GateScene scene() {
    return scene(Map.of());
  }

  private GateScene alongAxes() {
    GateScene scene = scene();
    scene.pointExpertsAlongAxes();
    return scene;
  }
}
