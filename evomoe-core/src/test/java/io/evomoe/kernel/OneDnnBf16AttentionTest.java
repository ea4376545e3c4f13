package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.internal.onednn.OneDnnKernelProvider;
import io.evomoe.testing.Differences;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The laws of attention where queries, keys and values are bfloat16. */
class OneDnnBf16AttentionTest implements AttentionContract {
  private final OneDnnKernelProvider provider = new OneDnnKernelProvider();

  @BeforeEach
  void skip_where_bf16_cannot_run() {
    Optional<String> refusal = provider.refusal(DataType.FLOAT, Precision.BF16, Device.CPU);
    assumeTrue(refusal.isEmpty(), () -> "bf16 is not used here: " + refusal.orElse(""));
  }

  @Override
  public Kernels kernels() {
    return provider.create(DataType.FLOAT, Precision.BF16, Device.CPU);
  }

  @Override
  public DataType dataType() {
    return DataType.BFLOAT16;
  }

  @Override
  public double tolerance() {
    return 1.0 / 128;
  }

  /** All weights equal: 512 queries add 1 / 512 of their gradient to each value, in eight tiles. */
  @Test
  void should_round_the_sum_of_many_tiles_once() {
    int length = 512;
    AttentionShape shape = new AttentionShape(1, 1, length, length, true);
    INDArray zeros = random(1, length, 8).assign(0);
    INDArray ones = random(2, length, 8).assign(1);
    Attended attended = kernels().attention(zeros, zeros, ones, shape);
    INDArray dv = garbage(length, 8);
    attended.pull(ones, garbage(length, 8), garbage(length, 8), dv);
    double harmonic = 0;
    double[] values = Differences.elements(dv);
    for (int key = length - 1; key >= 0; key--) {
      harmonic += 1.0 / (key + 1);
      assertThat(values[key * 8] / harmonic).isBetween(1 - 1.0 / 200, 1 + 1.0 / 200);
    }
  }
}
