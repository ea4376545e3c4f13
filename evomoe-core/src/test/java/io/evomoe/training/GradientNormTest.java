package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class GradientNormTest {
  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);
  private final Scope scope = Scope.root(3, kernels);
  private final Parameter matrix = scope.normal("matrix", 1, 4, 3);
  private final Parameter bias = scope.constant("bias", Parameter.Role.BIAS, 0.5, 3);
  private final List<Parameter> both = List.of(matrix, bias);

  @Test
  void should_be_over_all_parameters_that_have_a_gradient() {
    matrix.accumulator().array().assign(2);

    assertThat(norm()).isCloseTo(Math.sqrt(12 * 4), within(1e-12));
    bias.accumulator().array().assign(-3);
    assertThat(norm()).isCloseTo(Math.sqrt(12 * 4 + 3 * 9), within(1e-12));
  }

  @Test
  void should_leave_out_a_frozen_parameter() {
    matrix.accumulator().array().assign(2);
    matrix.freeze();

    assertThat(norm()).isZero();
  }

  private double norm() {
    return StepSource.gradientNorm(kernels, both);
  }
}
