package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every provider must obey; a provider's test extends it and names its kernels. */
public abstract class KernelsContract
    implements ProductContract,
        ElementwiseContract,
        FeedForwardContract,
        LayerNormContract,
        RmsNormContract,
        RotationContract,
        AttentionContract,
        CrossEntropyContract,
        RowMoveContract,
        RoutedRowContract,
        OptimizerContract {

  @Test
  void should_say_which_type_it_takes() {
    assertThat(kernels().dataType()).isIn(DataType.FLOAT, DataType.DOUBLE);
    assertThat(kernels().name()).isNotBlank();
  }

  @Test
  void should_make_results_in_the_current_workspace() {
    INDArray x = random(1, 17, 33);
    INDArray weight = random(2, 33, 64);
    INDArray bias = random(3, 64);
    WorkspaceConfiguration configuration =
        WorkspaceConfiguration.builder()
            .initialSize(10_000_000)
            .policyLearning(LearningPolicy.NONE)
            .build();
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "kernels")) {
      assertThat(kernels().linear(x, weight, bias).isAttached()).isTrue();
      assertThat(kernels().gatherRows(x, new int[] {3, 3}).isAttached()).isTrue();
      assertThat(kernels().activation(ActivationFunction.GELU, x).isAttached()).isTrue();
      assertThat(kernels().combineRows(x, new int[17], new double[17], 2).isAttached()).isTrue();
      assertThat(kernels().dropout(x, 0.5, 1).isAttached()).isTrue();
      assertThat(workspace.getCurrentOffset()).isPositive();
    }
  }
}
