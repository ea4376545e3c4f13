package io.evomoe.kernel.internal.onednn;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Temporary memory of each thread for a kernel; grows as needed. */
final class Scratch {
  private final DataType type;
  private final ThreadLocal<INDArray> arrays;

  Scratch(DataType type) {
    this.type = type;
    this.arrays = ThreadLocal.withInitial(() -> allocate(1));
  }

  /**
   * Returns the address of at least {@code length} elements, valid until the next call of this
   * thread.
   */
  long address(long length) {
    if (arrays.get().length() < length) {
      arrays.set(allocate(length));
    }
    return arrays.get().data().address();
  }

  private INDArray allocate(long length) {
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.createUninitialized(type, length);
    }
  }
}
