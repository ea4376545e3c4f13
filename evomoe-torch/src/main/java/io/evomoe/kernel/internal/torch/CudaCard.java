package io.evomoe.kernel.internal.torch;

/**
 * A card as the CUDA runtime lists it.
 *
 * @param name such as {@code NVIDIA H100 80GB HBM3}
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param freeBytes of its memory that nobody uses
 */
record CudaCard(String name, int major, int minor, long freeBytes) {
  /** Whole numbers of compute capability that libtorch's jar has code for, as messages say it. */
  static final String CODE = "7.5, 8.x, 9.0, 10.x and 12.x";

  /**
   * Whether libtorch's jar has code for it: 7.5, 8.0, 9.0, 10.0, 10.3, 12.0 and 12.1, each of which
   * later minor versions run as well.
   */
  boolean hasCode() {
    return switch (major) {
      case 7 -> minor >= 5;
      case 8, 9, 10, 12 -> true;
      default -> false;
    };
  }

  /** Name and compute capability: {@code NVIDIA H100 80GB HBM3 (9.0)}. */
  @Override
  public String toString() {
    return "%s (%d.%d)".formatted(name, major, minor);
  }
}
