package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.RowGroups;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.testing.LayerGradientCheck;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class LoraTest {
  private static final int WIDTH = 4;
  private static final int HIDDEN = 5;
  private static final LoraConfig LORA = new LoraConfig(2, 6, 0.25, List.of("layer"));

  @Test
  void should_add_the_scaled_product_of_its_matrices() {
    Linear map = disturbed(new Linear(scope(LORA), WIDTH, HIDDEN, 1));
    INDArray x = random(1, 3, WIDTH);
    Pass evaluation = new Pass(pass(1, 3).step().evaluating(), pass(1, 3).tokens());
    List<Parameter> p = map.parameters();
    INDArray expected =
        x.mmul(p.get(0).value())
            .addRowVector(p.get(1).value())
            .add(x.mmul(p.get(2).value()).mmul(p.get(3).value()).mul(3));

    assertThat(map.forward(x, evaluation).value().equalsWithEps(expected, 1e-12)).isTrue();
  }

  @Test
  void should_change_nothing_before_its_first_update_and_start_as_in_peft() {
    Linear map = new Linear(scope(LORA), 9, HIDDEN, 1);
    INDArray x = random(1, 3, 9);

    assertThat(map.forward(x, pass(1, 3)).value())
        .isEqualTo(new Linear(scope(LoraConfig.OFF), 9, HIDDEN, 1).forward(x, pass(1, 3)).value());
    assertThat(map.parameters())
        .extracting(Parameter::name)
        .containsExactly("layer.weight", "layer.bias", "layer.lora_A", "layer.lora_B");
    INDArray a = map.parameters().get(2).value();
    assertThat(a.amaxNumber().doubleValue()).isBetween(0.2, 1 / 3.0);
    assertThat(map.parameters().get(2).decays()).isTrue();
    assertThat(map.parameters().get(3).value().amaxNumber().doubleValue()).isZero();
  }

  @Test
  void should_have_the_gradients_of_central_differences_with_dropout() {
    Linear map = disturbed(new Linear(scope(LORA), WIDTH, HIDDEN, 1));
    LayerGradientCheck.check(map, random(1, 3, WIDTH), pass(1, 3));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void should_have_the_gradients_of_central_differences_in_experts(boolean gated) {
    List<FeedForward> nets =
        IntStream.range(0, 3).mapToObj(e -> expert(scope(LORA).child(e), gated)).toList();
    Layer routed = FeedForwardTest.grouped(nets, RowGroups.routed(new int[] {0, 2, 2, 5}));
    LayerGradientCheck.check(routed, random(1, 5, WIDTH), pass(1, 5));
    LayerGradientCheck.check(
        FeedForwardTest.grouped(nets, RowGroups.shared(3, 4)), random(1, 4, WIDTH), pass(1, 4));
  }

  @Test
  void should_compute_no_gradient_of_frozen_weights_and_the_same_of_the_others() {
    FeedForward trained = expert(scope(LORA), true);
    FeedForward frozen = expert(scope(LORA), true);
    frozen.parameters().stream().filter(p -> p.role() != Role.ADAPTER).forEach(Parameter::freeze);
    INDArray x = random(1, 5, WIDTH);
    INDArray dx = trained.forward(x, pass(1, 5)).pullback().pull(random(2, 5, WIDTH));

    assertThat(frozen.forward(x, pass(1, 5)).pullback().pull(random(2, 5, WIDTH))).isEqualTo(dx);
    for (int i = 0; i < frozen.parameters().size(); i++) {
      Parameter one = frozen.parameters().get(i);
      assertThat(one.hasGradient()).as(one.name()).isEqualTo(one.role() == Role.ADAPTER);
      if (one.hasGradient()) {
        assertThat(one.gradient()).isEqualTo(trained.parameters().get(i).gradient());
      }
    }
  }

  @Test
  void should_reject_adapters_of_some_experts_of_a_layer() {
    Scope layer = scope(LORA.withModules(List.of("layer.experts.0")));

    assertThat(expert(layer.expert(0), true).parameters())
        .anyMatch(parameter -> parameter.role() == Role.ADAPTER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> expert(layer.expert(1), true))
        .withMessage(
            "lora.modules must match all experts of a layer or none, were [layer.experts.0], which match only some of the experts around layer.experts.1.expand");
  }

  @Test
  void should_reject_values_out_of_bounds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LORA.withRank(-1))
        .withMessage("rank must be at least 0, was -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LORA.withAlpha(0))
        .withMessage("alpha must be above 0 and finite, was 0.0");
  }

  private static Scope scope(LoraConfig lora) {
    return Scope.root(3, LayerFixture.KERNELS).withLora(lora).child("layer");
  }

  private static FeedForward expert(Scope scope, boolean gated) {
    return disturbed(
        new FeedForward(
            scope,
            new FeedForwardConfig(WIDTH, HIDDEN, ActivationFunction.SILU, gated, true),
            LayerFixture.LARGE));
  }
}
