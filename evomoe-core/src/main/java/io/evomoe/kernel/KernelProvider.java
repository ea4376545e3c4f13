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
}
