package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What torch's product of groups takes, which the kernels do without: where a later version takes
 * more, one call for all experts is to be tried.
 */
class TorchOperatorsTest {
  private static final int[] ENDS = {3, 3, 10};

  @BeforeAll
  static void load() {
    assertThat(Libtorch.problem()).isEmpty();
  }

  @Test
  void should_multiply_groups_of_float_in_whole_16_bytes_alone() {
    assertThat(grouped(ScalarType.Float, 16, null)).isEqualTo(ScalarType.Float);
    assertThatThrownBy(() -> grouped(ScalarType.Float, 17, null))
        .hasMessageContaining("strides should be multiple of 16 bytes");
  }

  @Test
  void should_round_products_of_bfloat16_and_take_no_double() {
    assertThat(grouped(ScalarType.BFloat16, 16, null)).isEqualTo(ScalarType.BFloat16);
    assertThatThrownBy(() -> grouped(ScalarType.BFloat16, 16, ScalarType.Float))
        .hasMessageContaining("output dtype must match");
    assertThatThrownBy(() -> grouped(ScalarType.Double, 16, null))
        .hasMessageContaining("Float32, BFloat16 or Float16");
  }

  private static ScalarType grouped(ScalarType type, int width, @Nullable ScalarType result) {
    try (Tensors tensors = new Tensors()) {
      Tensor rows = torch.ones(ENDS[2], width).toType(type);
      Tensor weights = torch.ones(ENDS.length, width, width).toType(type);
      IValueVector stack = new IValueVector();
      stack.push_back(new IValue(rows));
      stack.push_back(new IValue(weights));
      stack.push_back(new IValue(tensors.of(ENDS)));
      stack.push_back(new IValue());
      stack.push_back(result == null ? new IValue() : new IValue((long) result.value));
      Dispatcher.singleton().findSchemaOrThrow("aten::_grouped_mm", "").callBoxed(stack);
      return stack.get(0).toTensor().scalar_type().intern();
    }
  }
}
