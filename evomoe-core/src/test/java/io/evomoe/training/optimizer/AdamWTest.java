package io.evomoe.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

class AdamWTest {
  private static final AdamW.Config CONFIG = new AdamW.Config(0.9, 0.95, 1e-6, 0.1);
  private static final double RATE = 0.01;

  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);
  private final Scope scope = Scope.root(3, kernels);
  private final Parameter matrix = scope.normal("matrix", 1, 4, 3);
  private final Parameter bias = scope.constant("bias", Parameter.Role.BIAS, 0.5, 3);
  private final List<Parameter> both = List.of(matrix, bias);
  private final AdamW optimizer = new AdamW(kernels, CONFIG);

  @Test
  void should_equal_a_plain_loop_for_ten_steps_with_and_without_decay_and_gradients() {
    Reference first = new Reference(matrix);
    Reference second = new Reference(bias);

    for (int step = 0; step < 10; step++) {
      both.forEach(Parameter::clearGradient);
      addGradient(matrix, step);
      if (step % 3 != 1) {
        addGradient(bias, 100 + step);
      }
      first.update(matrix, 0.5);
      second.update(bias, 0.5);
      optimizer.update(both, RATE, 0.5);
    }

    assertThat(matrix.value().ravel().toDoubleVector()).containsExactly(first.value, within(1e-12));
    assertThat(bias.value().toDoubleVector()).containsExactly(second.value, within(1e-12));
  }

  @Test
  void should_let_a_parameter_without_gradient_move_by_its_moments() {
    addGradient(bias, 1);
    optimizer.update(both, RATE, 1);
    double before = bias.value().getDouble(0);
    bias.clearGradient();

    optimizer.update(both, RATE, 1);

    assertThat(bias.value().getDouble(0)).isNotEqualTo(before);
    assertThat(optimizer.moments(bias).orElseThrow().updates()).isEqualTo(2);
  }

  @Test
  void should_not_move_a_parameter_that_never_had_a_gradient_and_does_not_decay() {
    optimizer.update(both, RATE, 1);

    assertThat(bias.value().toDoubleVector()).containsOnly(0.5);
  }

  @Test
  void should_not_move_a_frozen_parameter_and_forget_its_moments() {
    addGradient(matrix, 1);
    optimizer.update(both, RATE, 1);
    double[] before = matrix.value().ravel().toDoubleVector();
    Moments moments = optimizer.moments(matrix).orElseThrow();
    matrix.freeze();

    optimizer.update(both, RATE, 1);

    assertThat(matrix.value().ravel().toDoubleVector()).containsExactly(before);
    assertThat(moments.first().wasClosed()).isTrue();
    assertThat(optimizer.moments(matrix)).isEmpty();
  }

  @Test
  void should_give_a_child_its_own_copy_of_the_parents_moments_and_age() {
    addGradient(matrix, 1);
    optimizer.update(both, RATE, 1);
    Parameter child = scope.normal("child", 1, 4, 3);

    optimizer.inherit(Map.of(child, matrix));

    Moments parent = optimizer.moments(matrix).orElseThrow();
    Moments inherited = optimizer.moments(child).orElseThrow();
    assertThat(inherited.updates()).isEqualTo(1);
    assertThat(inherited.first()).isEqualTo(parent.first()).isNotSameAs(parent.first());
    assertThat(inherited.second()).isEqualTo(parent.second());
    inherited.first().assign(0);
    assertThat(parent.first().sumNumber().doubleValue()).isNotZero();
  }

  @Test
  void should_start_a_child_from_zero_that_inherits_nothing() {
    addGradient(matrix, 1);
    optimizer.update(both, RATE, 1);
    Parameter child = scope.normal("child", 1, 4, 3);
    Reference reference = new Reference(child);

    addGradient(child, 5);
    reference.update(child, 1);
    optimizer.update(List.of(child), RATE, 1);

    assertThat(child.value().ravel().toDoubleVector())
        .containsExactly(reference.value, within(1e-12));
  }

  @Test
  void should_refuse_a_parent_of_another_shape() {
    optimizer.update(both, RATE, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> optimizer.inherit(Map.of(bias, matrix)))
        .withMessageContaining("bias");
  }

  @Test
  void should_forget_the_moments_of_parameters_that_are_gone() {
    optimizer.update(both, RATE, 1);

    optimizer.retain(List.of(bias));

    assertThat(optimizer.moments(matrix)).isEmpty();
    assertThat(optimizer.moments(bias)).isPresent();
  }

  @Test
  void should_keep_moments_outside_of_a_workspace_it_is_called_in() {
    try (MemoryWorkspace ignored = Workspaces.open("ADAMW_TEST")) {
      optimizer.update(both, RATE, 1);
    }

    assertThat(optimizer.moments(matrix).orElseThrow().first().isAttached()).isFalse();
    assertThat(optimizer.moments(matrix).orElseThrow().second().orElseThrow().isAttached())
        .isFalse();
  }

  private static void addGradient(Parameter parameter, long seed) {
    CounterRandom random = new CounterRandom(seed);
    INDArray gradient = parameter.accumulator().array();
    for (int i = 0; i < gradient.length(); i++) {
      gradient.putScalar(i, random.gaussian(i));
    }
  }

  /** Algorithm 2 of the paper, an element at a time. */
  private static final class Reference {
    private final double[] value;
    private final double[] m;
    private final double[] v;
    private int updates;

    Reference(Parameter parameter) {
      value = parameter.value().ravel().toDoubleVector();
      m = new double[value.length];
      v = new double[value.length];
    }

    void update(Parameter parameter, double scale) {
      double[] g = parameter.gradient().ravel().toDoubleVector();
      updates++;
      for (int i = 0; i < value.length; i++) {
        double gradient = g[i] * scale;
        m[i] = 0.9 * m[i] + 0.1 * gradient;
        v[i] = 0.95 * v[i] + 0.05 * gradient * gradient;
        double direction =
            m[i]
                / (1 - Math.pow(0.9, updates))
                / (Math.sqrt(v[i] / (1 - Math.pow(0.95, updates))) + 1e-6);
        value[i] -= RATE * (direction + (parameter.decays() ? 0.1 * value[i] : 0));
      }
    }
  }
}
