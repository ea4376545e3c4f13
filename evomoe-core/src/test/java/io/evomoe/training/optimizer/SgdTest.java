package io.evomoe.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class SgdTest {
  private static final Kernels KERNELS = new Nd4jKernels(DataType.DOUBLE);

  private final Scope scope = Scope.root(1, KERNELS);
  private final Parameter parameter = scope.constant("p", Parameter.Role.BIAS, 1, 2);

  @Test
  void should_take_the_steps_of_nesterovs_momentum_worked_by_hand() {
    Sgd optimizer = new Sgd(KERNELS, 0.9);

    // v = 2, p = 1 - 0.1 (2 + 1.8)
    step(optimizer, 2, 1);
    assertThat(parameter.value().getDouble(0)).isCloseTo(0.62, within(1e-12));
    // v = 1.8 + 4 x 0.5 = 3.8, p = 0.62 - 0.1 (2 + 3.42)
    step(optimizer, 4, 0.5);
    assertThat(parameter.value().getDouble(1)).isCloseTo(0.078, within(1e-12));
    Moments velocity = optimizer.moments(parameter).orElseThrow();
    assertThat(velocity.first().getDouble(0)).isCloseTo(3.8, within(1e-12));
    assertThat(velocity.second()).isEmpty();
    assertThat(velocity.updates()).isEqualTo(2);
  }

  @Test
  void should_keep_nothing_without_momentum() {
    Sgd optimizer = new Sgd(KERNELS, 0);

    step(optimizer, 2, 1);

    assertThat(parameter.value().getDouble(0)).isCloseTo(0.8, within(1e-12));
    assertThat(optimizer.moments(parameter)).isEmpty();
  }

  @Test
  void should_leave_a_frozen_parameter_and_forget_its_velocity() {
    Sgd optimizer = new Sgd(KERNELS, 0.9);
    step(optimizer, 2, 1);
    double before = parameter.value().getDouble(0);
    parameter.freeze();

    step(optimizer, 2, 1);

    assertThat(parameter.value().getDouble(0)).isEqualTo(before);
    assertThat(optimizer.moments(parameter)).isEmpty();
  }

  @Test
  void should_give_a_child_its_own_copy_of_the_velocity() {
    Sgd optimizer = new Sgd(KERNELS, 0.9);
    step(optimizer, 2, 1);
    Parameter child = scope.constant("child", Parameter.Role.BIAS, 1, 2);

    optimizer.inherit(Map.of(child, parameter));
    optimizer.retain(List.of(child));

    assertThat(optimizer.moments(child).orElseThrow().first().toDoubleVector()).containsOnly(2);
    assertThat(optimizer.moments(parameter)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void should_refuse_a_momentum_out_of_its_bounds(double momentum) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd(KERNELS, momentum))
        .withMessage("momentum must be in [0, 1), was " + momentum);
  }

  private void step(Sgd optimizer, double gradient, double scale) {
    parameter.clearGradient();
    parameter.accumulator().array().assign(gradient);
    optimizer.update(List.of(parameter), 0.1, scale);
  }
}
