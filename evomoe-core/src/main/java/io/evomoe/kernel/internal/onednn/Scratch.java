package io.evomoe.kernel.internal.onednn;

import java.util.function.LongFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Temporary memory of each thread for a kernel; grows as needed. */
final class Scratch {
  private final LongFunction<INDArray> creation;
  private final ThreadLocal<INDArray> arrays;

  Scratch(DataType type) {
    this(length -> Nd4j.createUninitialized(type, length));
  }

  private Scratch(LongFunction<INDArray> creation) {
    this.creation = creation;
    this.arrays = ThreadLocal.withInitial(() -> allocate(1));
  }

  /** Returns memory whose elements have one value, which must not be changed. */
  static Scratch filled(int value, DataType type) {
    return new Scratch(length -> Nd4j.valueArrayOf(new long[] {length}, value, type));
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
      return creation.apply(length);
    }
  }
}
