package io.evomoe.kernel.internal.torch;

/**
 * A card in the CUDA runtime's list.
 *
 * @param name such as {@code NVIDIA H100 80GB HBM3}
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param freeBytes free memory
 */
record CudaCard(String name, int major, int minor, long freeBytes) {
  /** The compute capabilities that libtorch's jar has code for, for messages. */
  static final String CODE = "7.5, 8.x, 9.0, 10.x and 12.x";

  /**
   * Whether libtorch's jar has code for it: 7.5, 8.0, 9.0, 10.0, 10.3, 12.0 and 12.1. Later minor
   * versions run this code as well.
   */
  boolean hasCode() {
    return switch (major) {
      case 7 -> minor >= 5;
      case 8, 9, 10, 12 -> true;
      default -> false;
    };
  }

  /** Returns name and compute capability: {@code NVIDIA H100 80GB HBM3 (9.0)}. */
  @Override
  public String toString() {
    return "%s (%d.%d)".formatted(name, major, minor);
  }
}
