package io.evomoe.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Rows in contiguous groups, one group per weight matrix. Rows {@code offset(g)} to {@code offset(g
 * + 1) - 1} of the output belong to group g.
 *
 * <p>{@link #routed} groups split the input rows as well. {@link #shared} groups all read the same
 * input rows; this is the dense case, in which every expert takes every token. The output then has
 * {@code groups x rows} rows, and an input gradient is the sum over groups.
 */
public final class RowGroups {
  private final int[] offsets;
  private final boolean shared;

  private RowGroups(int[] offsets, boolean shared) {
    this.offsets = offsets;
    this.shared = shared;
  }

  /**
   * Returns groups that split the rows at the given offsets, ascending with {@code offsets[0] = 0}.
   */
  public static RowGroups routed(int[] offsets) {
    return new RowGroups(offsets.clone(), false);
  }

  /** Returns {@code groups} groups that each read all {@code rows} input rows. */
  public static RowGroups shared(int groups, int rows) {
    int[] offsets = new int[groups + 1];
    for (int g = 0; g <= groups; g++) {
      offsets[g] = Math.multiplyExact(g, rows);
    }
    return new RowGroups(offsets, true);
  }

  /** Returns the number of groups. */
  public int count() {
    return offsets.length - 1;
  }

  /** Returns a copy of the offsets of the output rows [groups + 1]. */
  public int[] offsets() {
    return offsets.clone();
  }

  /** Returns the first output row of a group. */
  public int offset(int group) {
    return offsets[group];
  }

  /** Returns the first input row of a group. */
  public int inputOffset(int group) {
    return shared ? 0 : offsets[group];
  }

  /** Returns the number of rows in a group. */
  public int size(int group) {
    return offsets[group + 1] - offsets[group];
  }

  /** Returns the output rows of all groups. */
  public int rows() {
    return offsets[offsets.length - 1];
  }

  /** Returns the number of input rows: of all groups together, or of each if they are shared. */
  public int inputRows() {
    return shared ? offsets[1] : rows();
  }

  /** Returns a view of the rows of x [input rows, d] that a group reads. */
  public INDArray inputsOf(INDArray x, int group) {
    return rows(x, inputOffset(group), size(group));
  }

  /** Returns a view of the rows of y [output rows, d] that a group writes. */
  public INDArray outputsOf(INDArray y, int group) {
    return rows(y, offset(group), size(group));
  }

  private static INDArray rows(INDArray x, int first, int size) {
    return x.get(NDArrayIndex.interval(first, first + size), NDArrayIndex.all());
  }

  /** Returns whether all groups read the same input rows. */
  public boolean isShared() {
    return shared;
  }
}
