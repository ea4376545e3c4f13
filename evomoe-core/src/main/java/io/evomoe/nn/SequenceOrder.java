package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.internal.Workspaces.OuterWorkspace;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reorders arrays that are stored sequence by sequence. */
final class SequenceOrder {
  private SequenceOrder() {}

  /**
   * Returns the rows of sequences {@code order}.
   *
   * @param rows [before * length, width]; changed and returned if the number of sequences does not
   *     change
   * @param home workspace for the result otherwise
   */
  static INDArray apply(
      Kernels kernels, INDArray rows, int before, int[] order, OuterWorkspace home) {
    if (isIdentity(order, before)) {
      return rows;
    }
    long elements = rows.length() / before;
    INDArray moved = kernels.gatherRows(rows.reshape(before, elements), order);
    INDArray target = order.length == before ? rows : empty(rows, elements * order.length, home);
    kernels.copyInto(moved, target.reshape(order.length, elements));
    return target;
  }

  private static INDArray empty(INDArray like, long length, OuterWorkspace home) {
    long width = like.size(1);
    return home.make(() -> Nd4j.createUninitialized(like.dataType(), length / width, width));
  }

  static boolean[] apply(boolean[] flags, int before, int[] order) {
    int length = flags.length / before;
    boolean[] moved = new boolean[order.length * length];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(flags, order[i] * length, moved, i * length, length);
    }
    return moved;
  }

  static TokenBatch apply(TokenBatch tokens, int[] order) {
    int length = tokens.length();
    int[] ids = new int[order.length * length];
    boolean[] padding = new boolean[ids.length];
    for (int s = 0; s < ids.length; s++) {
      int from = order[s / length] * length + s % length;
      ids[s] = tokens.id(from);
      padding[s] = tokens.isPadding(from);
    }
    return new TokenBatch(length, ids, padding);
  }

  /**
   * Returns the order of arrays that {@code share} successive sequences have in common. There is
   * one entry per run of the new order if all runs are equally long, otherwise one per sequence.
   */
  static int[] ofShared(int[] order, int share) {
    int[] shared = Arrays.stream(order).map(from -> from / share).toArray();
    int run = 1;
    while (run < shared.length && shared[run] == shared[0]) {
      run++;
    }
    for (int i = 0; i < shared.length; i++) {
      if (shared.length % run != 0 || shared[i] != shared[i / run * run]) {
        return shared;
      }
    }
    int[] runs = new int[shared.length / run];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = shared[i * run];
    }
    return runs;
  }

  private static boolean isIdentity(int[] order, int before) {
    boolean same = order.length == before;
    for (int i = 0; same && i < order.length; i++) {
      same = order[i] == i;
    }
    return same;
  }
}
