package io.evomoe.evolution;

import static io.evomoe.moe.GateProvider.Placement.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.FixedGate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertForm;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TestGates;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.Differences;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class EvolvingFeedForwardTest {
  private static final int EXPERTS = 3;
  private static final int WIDTH = 4;
  private static final int HIDDEN = 7;

  private final INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, 5, WIDTH);
  private final Pass pass =
      new Pass(new StepContext(0, Phase.SOFT, 1, true, 1), TokenBatch.of(5, new int[5]));

  @Test
  void should_have_its_experts_and_a_gate_from_the_start_where_asked() {
    EvolvingFeedForward layer = layer(ExpertLifecycle.FROM_START);

    assertThat(layer.isMixture()).isTrue();
    assertThat(layer.experts()).isEqualTo(EXPERTS);
    assertThat(layer.parameters().get(0).length()).isEqualTo(WIDTH * EXPERTS);
    assertThat(layer.expertParameters()).isEqualTo(2 * WIDTH * HIDDEN + HIDDEN + WIDTH);
    assertThat(layer.parameters()).hasSize(1 + 4 * EXPERTS);
    assertThat(layer.forward(x, pass).reports()).hasSize(1);
    INDArray first = layer.parameters().get(1).value();
    assertThat(layer.parameters().get(5).value()).isNotEqualTo(first);
  }

  @ParameterizedTest
  @EnumSource(names = {"SPAWNED", "NEVER"})
  void should_start_as_one_expert_without_a_gate_otherwise(ExpertLifecycle growth) {
    EvolvingFeedForward layer = layer(growth);

    assertThat(layer.isMixture()).isFalse();
    assertThat(layer.experts()).isEqualTo(1);
    assertThat(layer.state()).isEmpty();
    assertThat(layer.parameters()).hasSize(4);
    assertThat(layer.forward(x, pass).reports()).isEmpty();
  }

  @Test
  void should_equal_the_single_expert_after_a_copy_where_weights_sum_to_one() {
    EvolvingFeedForward layer = layer(ExpertLifecycle.SPAWNED);
    INDArray before = layer.forward(x, pass).value().dup();
    layer.spawn(SpawnMethod.copy(), 9);
    layer.parameters().get(0).value().muli(100);
    INDArray after = layer.forward(x, pass).value();

    assertThat(layer.forward(x, pass).reports().get(0).meanActiveExperts()).isEqualTo(EXPERTS);
    assertThat(Differences.relative(after, before)).isLessThan(1e-12);
  }

  @Test
  void should_name_the_parent_of_every_parameter_of_every_expert() {
    EvolvingFeedForward layer = layer(ExpertLifecycle.SPAWNED);
    List<Parameter> parent = layer.parameters();
    Map<Parameter, Parameter> lineage = layer.spawn(SpawnMethod.mask(0.3), 9);
    List<Parameter> children = layer.parameters().subList(1, 1 + 4 * EXPERTS);

    assertThat(lineage.keySet())
        .containsExactlyElementsOf(children)
        .doesNotContainAnyElementsOf(parent);
    for (int i = 0; i < children.size(); i++) {
      assertThat(lineage.get(children.get(i))).isSameAs(parent.get(i % 4));
      assertThat(children.get(i).value().shape()).isEqualTo(parent.get(i % 4).value().shape());
      assertThat(children.get(i).value()).isNotSameAs(parent.get(i % 4).value());
    }
    assertThat(layer.parameters()).extracting(Parameter::name).doesNotHaveDuplicates();
    assertThat(layer.experts()).isEqualTo(EXPERTS);
  }

  @Test
  void should_refuse_to_spawn_twice_or_where_its_growth_has_no_spawn() {
    EvolvingFeedForward spawned = layer(ExpertLifecycle.SPAWNED);
    spawned.spawn(SpawnMethod.copy(), 9);
    for (EvolvingFeedForward layer :
        List.of(spawned, layer(ExpertLifecycle.FROM_START), layer(ExpertLifecycle.NEVER))) {
      int experts = layer.experts();
      assertThatIllegalStateException()
          .isThrownBy(() -> layer.spawn(SpawnMethod.copy(), 9))
          .withMessage("the experts of place are not to be spawned");
      assertThat(layer.experts()).isEqualTo(experts);
    }
  }

  @Test
  void should_have_the_gradient_of_central_differences_after_a_spawn() {
    EvolvingFeedForward layer = layer(ExpertLifecycle.SPAWNED);
    layer.spawn(SpawnMethod.mask(0.3), 9);
    layer.parameters().get(0).value().muli(30);

    LayerGradientCheck.check(layer, x, pass);
  }

  @Test
  void should_have_the_gradient_of_central_differences_with_shared_experts() {
    EvolvingFeedForward layer = layer(ExpertLifecycle.SPAWNED, 2);
    LayerGradientCheck.check(layer, x, pass);
    layer.spawn(SpawnMethod.mask(0.3), 9);
    layer.parameters().get(0).value().muli(30);

    LayerGradientCheck.check(layer, x, pass);
  }

  @ParameterizedTest
  @EnumSource(ExpertLifecycle.class)
  void should_add_what_shared_experts_give_to_what_the_gate_chose(ExpertLifecycle growth) {
    EvolvingFeedForward layer = layer(growth, 2);
    INDArray routed = layer(growth, 0).forward(x, pass).value();
    INDArray alone = layer.forward(x, pass).value().dup();
    List<Parameter> shared = named(layer, "place.shared");
    assertThat(shared).hasSize(8);
    INDArray sum = routed.dup();
    for (int i = 0; i < 2; i++) {
      sum.addi(feedForward(shared.subList(4 * i, 4 * i + 4)));
    }

    assertThat(Differences.relative(alone, sum)).isLessThan(1e-12);
    assertThat(layer.forward(x, pass).reports())
        .hasSameSizeAs(layer(growth).forward(x, pass).reports());
  }

  @Test
  void should_keep_shared_experts_as_they_are_in_a_spawn() {
    EvolvingFeedForward layer = layer(ExpertLifecycle.SPAWNED, 1);
    List<Parameter> before = named(layer, "place.shared");
    Map<Parameter, Parameter> lineage = layer.spawn(SpawnMethod.mask(0.3), 9);

    assertThat(named(layer, "place.shared")).isEqualTo(before);
    assertThat(lineage.keySet()).doesNotContainAnyElementsOf(before);
    assertThat(layer.expertParameters())
        .isEqualTo(before.stream().mapToLong(Parameter::length).sum());
  }

  @Test
  void should_hand_the_stream_through_before_and_after_a_spawn_with_shared_experts() {
    EvolvingFeedForward layer = inStream();
    assertThat(Differences.relative(layer.forward(x, pass).value(), x)).isLessThan(1e-15);
    LayerGradientCheck.disturb(layer.parameters(), 0.5);
    LayerGradientCheck.check(layer, x, pass);
    INDArray before = layer.forward(x, pass).value().dup();
    layer.spawn(SpawnMethod.copy(), 9);

    assertThat(Differences.relative(layer.forward(x, pass).value(), before)).isLessThan(1e-12);
    LayerGradientCheck.check(layer, x, pass);
  }

  @Test
  void should_refuse_experts_that_would_lose_the_stream() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(dense(ExpertLifecycle.NEVER, STREAM, ExpertForm.PLAIN), 0))
        .withMessage(
            "expertForm of gate softmax must be RESIDUAL, because its layer is in the residual"
                + " stream, was PLAIN");
  }

  private INDArray feedForward(List<Parameter> net) {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    INDArray hidden = kernels.linear(x, net.get(0).value(), net.get(1).value());
    INDArray active = kernels.activation(ActivationFunction.GELU, hidden);
    return kernels.linear(active, net.get(2).value(), net.get(3).value());
  }

  private static List<Parameter> named(EvolvingFeedForward layer, String prefix) {
    return layer.parameters().stream().filter(p -> p.name().startsWith(prefix)).toList();
  }

  private static EvolvingFeedForward layer(ExpertLifecycle growth) {
    return layer(growth, 0);
  }

  private static EvolvingFeedForward layer(ExpertLifecycle growth, int sharedExperts) {
    Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).child("place");
    GateProvider gates = dense(growth, Placement.BRANCH, ExpertForm.PLAIN);
    EvolvingFeedForward layer = new EvolvingFeedForward(scope, plan(gates, sharedExperts));
    LayerGradientCheck.disturb(layer.parameters(), 0.1);
    return layer;
  }

  private static EvolvingFeedForward inStream() {
    Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).child("place");
    GateProvider gates = dense(ExpertLifecycle.SPAWNED, STREAM, ExpertForm.RESIDUAL);
    return new EvolvingFeedForward(scope, plan(gates, 2));
  }

  private static ExpertPlan plan(GateProvider gates, int sharedExperts) {
    return new ExpertPlan(
        Gates.of(gates),
        EXPERTS,
        new SharedExperts(sharedExperts, HIDDEN, false),
        1,
        1,
        FeedForwardConfig.plain(WIDTH, HIDDEN, ActivationFunction.GELU),
        NormConfig.LAYER,
        new Initialization(0.5, 0.4),
        10,
        true);
  }

  /** Gates that take every expert, with softmax weights. */
  private static GateProvider dense(ExpertLifecycle growth, Placement placement, ExpertForm form) {
    return new TestGates(
        "softmax",
        growth,
        placement,
        form,
        spec ->
            FixedGate.of(spec.scope(), spec.width(), spec.experts(), FixedGate.Table.everywhere()));
  }
}
