package io.evomoe.kernel;

import java.util.List;
import java.util.Optional;

/**
 * The kernels that compute in float32 in this process.
 *
 * @param kernels name of their provider
 * @param device device that they compute on
 * @param instructions processor features that they use, e.g. {@code avx512_core_bf16}; empty if
 *     unknown
 * @param bf16Refusal why {@link Precision#BF16} computes in float32, or empty if bfloat16 works
 * @param passedOver providers of higher priority that cannot run here, each with the reason
 */
public record KernelReport(
    String kernels,
    Device device,
    String instructions,
    Optional<String> bf16Refusal,
    List<String> passedOver) {

  /** Copies the list. */
  public KernelReport {
    passedOver = List.copyOf(passedOver);
  }
}
