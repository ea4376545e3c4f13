package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Device;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.kernel.Precision;
import io.evomoe.testing.RandomArrays;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What kernels make on the way is gone when they return, however seldom garbage is collected. */
class TorchMemoryTest {
  private static final int ROWS = 1024;
  private static final int WIDTH = 256;
  private static final int ROUNDS = 100;
  private static final long MEBI = 1 << 20;

  /** A round's tensors take more than 20 MiB: all of them together, more than 2 GiB. */
  private static final long ALLOWED = 200 * MEBI;

  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder()
          .initialSize(64 * MEBI)
          .policyLearning(LearningPolicy.NONE)
          .build();

  private final Kernels kernels =
      new TorchKernelProvider().create(DataType.FLOAT, Precision.BF16, Device.CPU);

  private final INDArray x = random(1, ROWS, WIDTH);
  private final INDArray weight = random(2, WIDTH, WIDTH);
  private final INDArray vector = random(3, WIDTH);
  private final INDArray gradient = random(4, WIDTH, WIDTH);
  private final INDArray moments = random(5, WIDTH, WIDTH).muli(0).addi(1);
  private final INDArray dq = random(6, ROWS, WIDTH);
  private final int[] targets = RandomArrays.integers(ROWS, WIDTH, 7);

  @Test
  void should_free_tensors_as_soon_as_a_kernel_returns() {
    for (int i = 0; i < 5; i++) {
      round();
    }
    long before = Pointer.physicalBytes();
    for (int i = 0; i < ROUNDS; i++) {
      round();
    }
    assertThat(Pointer.physicalBytes() - before).isLessThan(ALLOWED);
  }

  private void round() {
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "torch-memory")) {
      INDArray y = kernels.linear(x, weight, vector);
      Normalized normalized = kernels.normalize(y, vector, vector, 1e-5);
      INDArray hidden = kernels.activation(ActivationFunction.GELU, normalized.output());
      Attended attended =
          kernels.attention(hidden, x, y, new AttentionShape(8, 4, ROWS / 8, ROWS / 8, true));
      attended.pull(attended.output(), dq, hidden, y);
      kernels.crossEntropy(y, targets, 0.1, true);
      normalized.pullback().pull(y, into(gradient.getRow(0)), into(gradient.getRow(1)));
      kernels.combineRows(x, targets, new double[ROWS], WIDTH);
      kernels.multiplyInto(x, true, y, false, into(gradient));
      kernels.adamW(
          weight,
          gradient,
          moments,
          moments,
          new AdamWUpdate.Step(1e-9, 0.9, 0.99, 1e-8, 0, 0.5, 3));
      assertThat(workspace.getCurrentOffset()).isPositive();
    }
  }

  private static Accumulator into(INDArray array) {
    return new Accumulator(array, 0);
  }

  private static INDArray random(long seed, long... shape) {
    return RandomArrays.gaussian(DataType.FLOAT, seed, shape);
  }
}
