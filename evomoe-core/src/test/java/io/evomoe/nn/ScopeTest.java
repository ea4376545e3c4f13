package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class ScopeTest {
  private final Scope root = Scope.root(3, LayerFixture.KERNELS);

  @Test
  void should_qualify_names_with_dots() {
    Scope scope = root.child("blocks").child(2);

    assertThat(root.name()).isEmpty();
    assertThat(scope.name()).isEqualTo("blocks.2");
    assertThat(scope.constant("bias", 0, 3).name()).isEqualTo("blocks.2.bias");
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
    assertThat(root.constant("gain", 1, 2).decays()).isFalse();
    assertThat(root.constant("gain", 1, 2).value().toDoubleVector()).containsExactly(1, 1);
  }

  @Test
  void should_take_given_values_in_c_order() {
    Parameter parameter = root.of("table", new double[] {1, 2, 3, 4, 5, 6}, true, 2, 3);

    assertThat(parameter.value().getDouble(1, 0)).isEqualTo(4);
    assertThat(parameter.decays()).isTrue();
    assertThat(parameter.hasGradient()).isFalse();
  }
}
