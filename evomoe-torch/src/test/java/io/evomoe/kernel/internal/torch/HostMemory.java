package io.evomoe.kernel.internal.torch;

import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Stands for {@link ManagedMemory} where there is no card: memory of the host's, from another
 * allocator than ND4J's.
 */
public final class HostMemory extends OwnMemory {
  static final long CAP = 1L << 30;

  private long given;

  /** For ND4J. */
  public HostMemory() {}

  @Override
  @Nullable Pointer take(long bytes) {
    given++;
    return Pointer.calloc(1, bytes);
  }

  @Override
  void giveBack(Pointer memory) {
    Pointer.free(memory);
  }

  @Override
  long cap() {
    return CAP;
  }

  /** How often memory was asked for. */
  long given() {
    return given;
  }
}
