package io.evomoe.kernel.internal.onednn;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Elements of one value, kept outside of workspaces; there are ever more of them. */
final class Constant {
  private final int value;
  private volatile @Nullable INDArray array;

  Constant(int value) {
    this.value = value;
  }

  /** At least {@code length} elements. */
  INDArray ofLength(long length) {
    INDArray known = array;
    if (known != null && known.length() >= length) {
      return known;
    }
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray made = Nd4j.valueArrayOf(new long[] {length}, value, DataType.FLOAT);
      array = made;
      return made;
    }
  }
}
