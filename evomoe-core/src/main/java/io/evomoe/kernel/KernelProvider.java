package io.evomoe.kernel;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes {@link Kernels}; found by {@link java.util.ServiceLoader}. */
public interface KernelProvider {

  /** Priority of a provider that is never chosen unless it is asked for by its name. */
  int BY_NAME_ALONE = -1;

  /** Name by which {@code -Devomoe.kernels=...} asks for it. */
  String name();

  /**
   * The provider with the highest priority that can run is chosen; one below 0, such as {@link
   * #BY_NAME_ALONE}, by its name alone. 0 is the last resort, also where another was asked for.
   */
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

  /**
   * Told, before ND4J starts, which device {@link #refusal} will be asked about next: the last
   * moment at which a provider can choose the memory of ND4J's arrays. Called once for each type of
   * arrays and each device that is looked at.
   */
  default void prepare(Device device) {}

  /**
   * What of the processor its kernels use here, such as {@code avx512_core_bf16}; empty where it
   * does not know. Asked only where it has refused float32 for no reason.
   */
  default String instructions() {
    return "";
  }

  /** Kernels for what was not refused. */
  Kernels create(DataType type, Precision precision, Device device);
}
