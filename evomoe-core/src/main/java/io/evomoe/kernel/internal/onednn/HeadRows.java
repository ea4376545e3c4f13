package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Token rows as the heads of an attention, read in place: a matrix of rows for each sequence and
 * head of keys and values.
 *
 * @param address address of the first element
 * @param layout layout from there
 */
record HeadRows(long address, Layout layout) {

  /** Returns keys or values [batch * keys, keyValueHeads * w], or gradients of them. */
  static HeadRows ofKeys(INDArray rows, AttentionShape shape) {
    long row = Address.rowStride(rows);
    long head = rows.size(1) / shape.keyValueHeads();
    return new HeadRows(Address.of(rows), layout(rows, shape.keys() * row, head, row));
  }

  /**
   * Returns queries [batch * queries, heads * w], or an array of their shape. It selects the first
   * of the heads that share keys, or all of them as rows if {@link HeadGroups#folded} is set.
   */
  static HeadRows ofQueries(INDArray rows, AttentionShape shape, HeadGroups groups) {
    long row = Address.rowStride(rows);
    long width = rows.size(1) / shape.heads();
    long head = shape.group() * width;
    return groups.folded()
        ? new HeadRows(Address.of(rows), layout(rows, row, head, width))
        : new HeadRows(Address.of(rows), layout(rows, shape.queries() * row, head, row));
  }

  /** Returns the rows from the given sequence, head, row and element of a row. */
  HeadRows from(long sequence, long head, long row, long element) {
    long elements = sequence * layout.sequence + head * layout.head + row * layout.row + element;
    return new HeadRows(address + elements * layout.type.width(), layout);
  }

  private static Layout layout(INDArray rows, long sequence, long head, long row) {
    return new Layout(rows.dataType(), sequence, head, row);
  }

  /**
   * Type of the elements, and the number of elements from one sequence, head and row to the next.
   */
  record Layout(DataType type, long sequence, long head, long row) {}
}
