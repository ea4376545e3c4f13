package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.testing.Differences;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class OneDnnBf16KernelsTest extends Bf16KernelsContract {
  @BeforeEach
  void skip_where_bf16_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.BF16);
  }

  @Override
  public Kernels kernels() {
    return UsableOneDnn.kernels(Precision.BF16);
  }

  @Test
  void should_give_what_attention_multiplies_as_it_multiplies_it() {
    INDArray x = random(1, 5, 32);
    INDArray weight = random(2, 32, 8);
    assertThat(kernels().linearOperand(x, weight, null).dataType()).isEqualTo(DataType.BFLOAT16);
    assertThat(kernels().exact().linearOperand(x, weight, null).dataType())
        .isEqualTo(DataType.FLOAT);
  }

  @Test
  void should_not_see_what_is_left_of_larger_groups_before() {
    RowGroups large = RowGroups.routed(new int[] {0, 48});
    INDArray huge = random(1, 48, 32).assign(Float.POSITIVE_INFINITY);
    List<INDArray> weights = List.of(random(2, 32, 8));
    kernels().groupedLinear(huge, large, new GroupedMap(weights, List.of(random(3, 8))));
    INDArray x = random(4, 5, 32);
    RowGroups small = RowGroups.routed(new int[] {0, 5});
    INDArray dw = garbage(32, 8);
    Kernels kernels = kernels();
    kernels.groupParameterGradients(
        huge,
        random(5, 48, 8),
        large,
        0,
        new MapGradients(new Accumulator(garbage(32, 8), 0), fresh()));
    kernels.groupParameterGradients(
        x, random(6, 5, 8), small, 0, new MapGradients(new Accumulator(dw, 0), fresh()));
    assertThat(Differences.elements(dw)).doesNotContain(Double.NaN);
  }

  private Accumulator fresh() {
    return new Accumulator(garbage(8), 0);
  }
}
