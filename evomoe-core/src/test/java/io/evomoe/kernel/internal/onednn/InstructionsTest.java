package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Test;

class InstructionsTest {

  @Test
  void should_name_the_set_that_is_used() {
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx512_core_amx)).isEqualTo("avx512_core_amx");
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx2)).isEqualTo("avx2");
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx10_2)).isEqualTo("avx10_2");
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx512_core_fp16))
        .isEqualTo("avx512_core_fp16");
    assertThat(Instructions.nameOf(0)).isEmpty();
  }
}
