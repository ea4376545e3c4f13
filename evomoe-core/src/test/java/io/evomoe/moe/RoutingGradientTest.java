package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.DividedKernels;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Routed.RoutingGradient;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RoutingGradientTest {
  private final DividedKernels divided = new DividedKernels();
  private final Kernels kernels = divided.over(KernelSelection.forType(DataType.FLOAT));

  @Test
  void should_come_to_the_host_once_and_only_when_asked_for() {
    INDArray weights = kernels.write(new double[] {1, 2, 3}, 3);
    INDArray bypass = kernels.write(new double[] {4, 5}, 2);
    RoutingGradient gradient = new RoutingGradient(kernels, weights, bypass);

    assertThat(gradient.weights(kernels)).isSameAs(weights);
    assertThat(gradient.bypass(kernels)).isSameAs(bypass);
    assertThat(divided.waits()).isZero();
    assertThat(gradient.weight(2)).isEqualTo(3);
    assertThat(gradient.weight(0)).isEqualTo(1);
    assertThat(divided.waits()).isOne();
    assertThat(gradient.bypass(1)).isEqualTo(5);
    assertThat(divided.waits()).isEqualTo(2);
  }

  @Test
  void should_go_to_kernels_where_the_host_made_it() {
    RoutingGradient gradient = new RoutingGradient(new double[] {1, 2, 3}, new double[] {4, 5});

    assertThat(kernels.read(gradient.weights(kernels))).containsExactly(1, 2, 3);
    assertThat(kernels.read(gradient.bypass(kernels))).containsExactly(4, 5);
  }
}
