package io.evomoe.kernel.internal.onednn;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Elements of one value, outside workspaces. The array only grows. Shorter arrays are kept, because
 * another thread may be reading one by its address.
 */
final class Constant {
  private final int value;
  private final DataType type;
  private final Queue<INDArray> made = new ConcurrentLinkedQueue<>();
  private volatile @Nullable INDArray array;

  Constant(int value, DataType type) {
    this.value = value;
    this.type = type;
  }

  /** Returns at least {@code length} elements. */
  INDArray ofLength(long length) {
    INDArray known = array;
    if (known != null && known.length() >= length) {
      return known;
    }
    long more = known == null ? length : Math.max(length, 2 * known.length());
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray longer = Nd4j.valueArrayOf(new long[] {more}, value, type);
      made.add(longer);
      array = longer;
      return longer;
    }
  }
}
