package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Test;

class InstructionsTest {

  @Test
  void should_name_the_largest_set_that_is_used() {
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx512_core_amx)).isEqualTo("avx512_core_amx");
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx2)).isEqualTo("avx2");
    assertThat(Instructions.nameOf(dnnl.dnnl_cpu_isa_avx10_2)).isEqualTo("avx10_2");
    assertThat(Instructions.nameOf(0)).isEmpty();
  }

  /** Otherwise a smaller one would be named where both are used. */
  @Test
  void should_list_no_set_before_one_that_holds_it() {
    Instructions[] sets = Instructions.values();
    for (int i = 0; i < sets.length; i++) {
      for (int j = i + 1; j < sets.length; j++) {
        assertThat(sets[j].contains(sets[i])).as("%s in %s", sets[i], sets[j]).isFalse();
      }
    }
  }
}
