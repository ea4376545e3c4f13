package io.evomoe.kernel;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes {@link Kernels}; found by {@link java.util.ServiceLoader}. */
public interface KernelProvider {

  /** Name by which {@code -Devomoe.kernels=...} asks for it. */
  String name();

  /** The provider with the highest priority that can run is chosen. */
  int priority();

  /** Why it cannot run this type here, or empty when it can. */
  Optional<String> refusal(DataType type);

  /** Kernels for a type that was not refused. */
  Kernels create(DataType type);

  /** Why it cannot run {@link Precision#BF16} here, or empty when it can. */
  default Optional<String> bf16Refusal() {
    return Optional.of("it has no bfloat16 products");
  }

  /** float32 kernels with bfloat16 products, where those were not refused. */
  default Kernels createBf16() {
    throw new UnsupportedOperationException(name() + " has no bfloat16 products");
  }
}
