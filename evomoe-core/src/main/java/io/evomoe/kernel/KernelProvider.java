package io.evomoe.kernel;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes {@link Kernels}; found by {@link java.util.ServiceLoader}. */
public interface KernelProvider {

  /** Name by which {@code -Devomoe.kernels=...} asks for it. */
  String name();

  /** The provider with the highest priority that can run is chosen. */
  int priority();

  /**
   * Why it cannot run this here, or empty when it can.
   *
   * @param type of all arrays
   * @param precision of the operands of large matrix products; {@link Precision#F32} for those of
   *     the type itself
   * @param device that computes
   */
  Optional<String> refusal(DataType type, Precision precision, Device device);

  /** Kernels for what was not refused. */
  Kernels create(DataType type, Precision precision, Device device);
}
