package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import java.util.Locale;

/**
 * The instruction sets of the processor that oneDNN uses. Each set includes those of the bits in
 * its code.
 */
enum Instructions {
  AVX10_2_AMX_2(dnnl_cpu_isa_avx10_2_amx_2),
  AVX10_2(dnnl_cpu_isa_avx10_2),
  AVX512_CORE_AMX_FP16(dnnl_cpu_isa_avx512_core_amx_fp16),
  AVX512_CORE_AMX(dnnl_cpu_isa_avx512_core_amx),
  AVX512_CORE_FP16(dnnl_cpu_isa_avx512_core_fp16),
  AVX512_CORE_BF16(dnnl_cpu_isa_avx512_core_bf16),
  AVX512_CORE_VNNI(dnnl_cpu_isa_avx512_core_vnni),
  AVX512_CORE(dnnl_cpu_isa_avx512_core),
  AVX2_VNNI_2(dnnl_cpu_isa_avx2_vnni_2),
  AVX2_VNNI(dnnl_cpu_isa_avx2_vnni),
  AVX2(dnnl_cpu_isa_avx2),
  AVX(dnnl_cpu_isa_avx),
  SSE41(dnnl_cpu_isa_sse41);

  private final int code;

  Instructions(int code) {
    this.code = code;
  }

  /**
   * Returns oneDNN's name, in small letters, of the largest set that it uses. Empty without any.
   */
  static String inUse() {
    return nameOf(dnnl_get_effective_cpu_isa());
  }

  static String nameOf(int used) {
    return Arrays.stream(values())
        .filter(set -> set.isIn(used))
        .map(set -> set.toString().toLowerCase(Locale.ROOT))
        .findFirst()
        .orElse("");
  }

  /** Returns whether products of bfloat16 are included. */
  static boolean haveBf16() {
    int used = dnnl_get_effective_cpu_isa();
    return AVX512_CORE_BF16.isIn(used) || AVX2_VNNI_2.isIn(used);
  }

  /** Returns whether this set includes the other one. */
  boolean contains(Instructions other) {
    return other.isIn(code);
  }

  private boolean isIn(int used) {
    return (used & code) == code;
  }
}
