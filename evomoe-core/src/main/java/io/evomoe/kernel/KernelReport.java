package io.evomoe.kernel;

import java.util.List;
import java.util.Optional;

/**
 * Which kernels compute in float32 in this process.
 *
 * @param kernels name of their provider
 * @param device on which they compute
 * @param instructions what of the processor they use, such as {@code avx512_core_bf16}; empty where
 *     the provider does not know
 * @param bf16Refusal why {@link Precision#BF16} computes in float32, or empty where it does not
 * @param passedOver providers of higher priority that cannot run here, each with the reason
 */
public record KernelReport(
    String kernels,
    Device device,
    String instructions,
    Optional<String> bf16Refusal,
    List<String> passedOver) {

  /** Keeps a copy of the list. */
  public KernelReport {
    passedOver = List.copyOf(passedOver);
  }
}
