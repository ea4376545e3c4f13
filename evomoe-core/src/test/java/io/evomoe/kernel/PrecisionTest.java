package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

class PrecisionTest {
  @ParameterizedTest
  @EnumSource(Precision.class)
  void should_be_found_by_its_name(Precision precision) {
    assertThat(Precision.parse(precision.toString())).isEqualTo(precision);
  }

  @Test
  void should_refuse_another_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Precision.parse("f16"))
        .withMessage("precision must be f32 or bf16, was f16");
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void should_keep_arrays_in_float32(Precision precision) {
    Kernels kernels = KernelSelection.forPrecision(precision);
    assertThat(kernels.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(KernelSelection.forPrecision(precision)).isSameAs(kernels);
  }

  @Test
  void should_run_without_rounding_in_f32() {
    Kernels kernels = KernelSelection.forPrecision(Precision.F32);
    assertThat(kernels).isSameAs(KernelSelection.forType(DataType.FLOAT));
    assertThat(kernels.exact()).isSameAs(kernels);
  }
}
