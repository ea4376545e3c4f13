package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.Place.ExpertPlace;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class ScopeTest {
  private final Scope root = Scope.root(3, LayerFixture.KERNELS);

  @Test
  void should_qualify_names_with_dots() {
    Scope scope = root.child("blocks").child(2);

    assertThat(root.name()).isEmpty();
    assertThat(scope.name()).isEqualTo("blocks.2");
    assertThat(scope.constant("bias", Parameter.Role.BIAS, 0, 3).name()).isEqualTo("blocks.2.bias");
  }

  @Test
  void should_draw_values_from_the_seed_and_the_full_name_alone() {
    INDArray first = root.child("a").normal("weight", 1, 4, 5).value();
    root.child("b").normal("weight", 1, 7, 7);
    INDArray again = root.child("a").normal("weight", 1, 4, 5).value();
    Scope otherSeed = Scope.root(4, LayerFixture.KERNELS);

    assertThat(again).isEqualTo(first);
    assertThat(root.child("b").normal("weight", 1, 4, 5).value()).isNotEqualTo(first);
    assertThat(root.child("a").normal("other", 1, 4, 5).value()).isNotEqualTo(first);
    assertThat(otherSeed.child("a").normal("weight", 1, 4, 5).value()).isNotEqualTo(first);
  }

  @Test
  void should_draw_with_the_deviation_asked_for() {
    INDArray value = root.normal("weight", 0.02, 100, 100).value();

    assertThat(value.meanNumber().doubleValue()).isCloseTo(0, within(1e-3));
    assertThat(value.stdNumber().doubleValue()).isCloseTo(0.02, within(5e-4));
  }

  @Test
  void should_decay_matrices_but_not_constants() {
    assertThat(root.normal("weight", 1, 2, 2).decays()).isTrue();
    assertThat(root.constant("gain", Parameter.Role.BIAS, 1, 2).decays()).isFalse();
    assertThat(root.constant("gain", Parameter.Role.BIAS, 1, 2).value().toDoubleVector())
        .containsExactly(1, 1);
  }

  @Test
  void a_child_should_have_its_parents_shape_and_role_and_values_of_its_own() {
    Parameter parent = root.normal("parent", 0.5, 2, 3);

    Parameter parameter = root.like("child", parent, new double[] {1, 2, 3, 4, 5, 6});

    assertThat(parameter.value().getDouble(1, 0)).isEqualTo(4);
    assertThat(parameter.decays()).isTrue();
    assertThat(parameter.deviation()).isEqualTo(0.5);
    assertThat(parameter.hasGradient()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> root.like("other", parent, new double[7]))
        .withMessage("values of %s must be 6, were 7", "other");
  }

  @Test
  void a_parameter_should_know_its_place() {
    Scope layer = root.child("decoder").block(3).child("feedForward");

    Place expert = layer.expert(2).child("expand").place("weight");

    assertThat(expert.name()).isEqualTo("decoder.blocks.3.feedForward.experts.2.expand.weight");
    assertThat(expert.block()).hasValue(3);
    ExpertPlace part = expert.expert().orElseThrow();
    assertThat(part.number()).isEqualTo(2);
    assertThat(part.of(5)).isEqualTo("decoder.blocks.3.feedForward.experts.5.expand.weight");
    assertThat(expert.denseName()).hasValue("decoder.blocks.3.feedForward.expand.weight");
    assertThat(expert.ofGate()).isFalse();
  }

  @Test
  void an_array_of_a_gate_should_say_which_axis_counts_the_experts() {
    Scope gate = root.gate();

    assertThat(gate.alongExperts(1).place("weight").expertAxis()).hasValue(1);
    assertThat(gate.place("step").expertAxis()).isEmpty();
    assertThat(gate.place("weight").ofGate()).isTrue();
    assertThat(gate.place("weight").denseName()).isEmpty();
  }

  @Test
  void a_shared_expert_should_be_in_the_dense_form_as_it_is() {
    Place shared = root.child("layer").sharedExpert(0).place("bias");

    assertThat(shared.expert()).isEmpty();
    assertThat(shared.sharedExpert().orElseThrow().number()).isZero();
    assertThat(shared.denseName()).hasValue("layer.shared.0.bias");
  }
}
