package io.evomoe.kernel;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Creates {@link Kernels}. Providers are found by {@link java.util.ServiceLoader}. */
public interface KernelProvider {

  /** Priority of a provider that is only chosen by its name. */
  int BY_NAME_ALONE = -1;

  /** Returns the name for {@code -Devomoe.kernels=...}. */
  String name();

  /**
   * Returns the priority. The provider with the highest priority that can run is chosen. A provider
   * with a negative priority, e.g. {@link #BY_NAME_ALONE}, is only chosen by its name. 0 is the
   * fallback, also if another provider was selected by name.
   */
  int priority();

  /**
   * Returns why the provider cannot run this here, or empty if it can.
   *
   * @param type type of all arrays
   * @param precision precision of the operands of large matrix products; {@link Precision#F32} for
   *     the type itself
   * @param device device to compute on
   */
  Optional<String> refusal(DataType type, Precision precision, Device device);

  /**
   * Called before ND4J starts, with the device of the next {@link #refusal} call. It is the last
   * chance to choose the memory of ND4J's arrays. Called once for each array type and each
   * candidate device.
   */
  default void prepare(Device device) {}

  /**
   * Returns the processor features that its kernels use here, e.g. {@code avx512_core_bf16}, or
   * empty if unknown. Only called if {@link #refusal} has returned empty for float32.
   */
  default String instructions() {
    return "";
  }

  /** Creates kernels. The arguments must be those of a {@link #refusal} that returned empty. */
  Kernels create(DataType type, Precision precision, Device device);
}
