package io.evomoe.kernel.internal.onednn;

import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies of weights [in, out] in panels: the first {@value #COLUMNS} columns of all rows, then the
 * next ones. A product of one row takes the columns in groups of about that width. So it reads a
 * panel in the order of the memory, which takes two thirds of the time of the weight itself.
 */
final class Panels {
  /** Columns of a panel; the last one of a weight may have fewer. */
  static final int COLUMNS = 256;

  private final IdentityHashMap<INDArray, Held> copies = new IdentityHashMap<>();

  /**
   * Allows copies of weights until the result is run. A weight without a second panel needs none.
   */
  synchronized Runnable hold(List<INDArray> weights) {
    List<INDArray> wide =
        weights.stream().filter(w -> w.rank() == 2 && w.size(1) > COLUMNS).toList();
    wide.forEach(weight -> copies.computeIfAbsent(weight, unused -> new Held()).holders++);
    return () -> release(wide);
  }

  private synchronized void release(List<INDArray> weights) {
    for (INDArray weight : weights) {
      Held held = copies.get(weight);
      if (held != null && --held.holders == 0) {
        copies.remove(weight);
        if (held.copy != null) {
          held.copy.close();
        }
      }
    }
  }

  /** Returns the copy of a weight, made by the first call; null if it is not held. */
  synchronized @Nullable INDArray of(INDArray weight) {
    Held held = copies.get(weight);
    if (held == null) {
      return null;
    }
    if (held.copy == null) {
      held.copy = copy(weight);
    }
    return held.copy;
  }

  private static INDArray copy(INDArray weight) {
    long in = weight.size(0);
    long out = weight.size(1);
    INDArray copy;
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      copy = Nd4j.createUninitialized(DataType.FLOAT, in * out);
    }
    for (long column = 0; column < out; column += COLUMNS) {
      long width = Math.min(COLUMNS, out - column);
      for (long row = 0; row < in; row++) {
        long from = Address.element(weight, row * out + column);
        long to = Address.element(copy, column * in + row * width);
        Address.copy(from, to, width * Float.BYTES);
      }
    }
    return copy;
  }

  private static final class Held {
    private int holders;
    private @Nullable INDArray copy;
  }
}
