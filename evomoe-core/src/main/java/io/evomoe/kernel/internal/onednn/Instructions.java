package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;

import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl.cpu_isa;

/** The instruction set of the processor that oneDNN uses. */
final class Instructions {
  private Instructions() {}

  /** Returns oneDNN's name of the set, in small letters; empty without any. */
  static String inUse() {
    return nameOf(dnnl_get_effective_cpu_isa());
  }

  /** Returns the name of a set. Names such as {@code avx10_1_512} are second ones. */
  static String nameOf(int used) {
    return Arrays.stream(cpu_isa.values())
        .filter(set -> set.value == used && set != cpu_isa.isa_default)
        .map(cpu_isa::name)
        .filter(name -> !name.contains("_512"))
        .findFirst()
        .orElse("");
  }

  /** Returns whether products of bfloat16 are included. */
  static boolean haveBf16() {
    int used = dnnl_get_effective_cpu_isa();
    return includes(used, dnnl_cpu_isa_avx512_core_bf16)
        || includes(used, dnnl_cpu_isa_avx2_vnni_2);
  }

  /** Returns whether AVX-512 is included. */
  static boolean haveAvx512() {
    return includes(dnnl_get_effective_cpu_isa(), dnnl_cpu_isa_avx512_core);
  }

  private static boolean includes(int used, int set) {
    return (used & set) == set;
  }
}
