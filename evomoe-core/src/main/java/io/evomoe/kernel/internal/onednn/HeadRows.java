package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import io.evomoe.kernel.internal.onednn.AttentionTile.HeadGroups;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Token rows as the heads of an attention, read in place: a matrix of rows for each sequence and
 * head of keys and values.
 *
 * @param address address of the first element
 * @param sequence elements from one sequence to the next
 * @param head elements from one head to the next
 * @param row elements from one row to the next
 */
record HeadRows(long address, DataType type, long sequence, long head, long row) {

  /** Returns keys or values [batch * keys, keyValueHeads * w], or gradients of them. */
  static HeadRows ofKeys(INDArray rows, AttentionShape shape) {
    long row = Address.rowStride(rows);
    long head = rows.size(1) / shape.keyValueHeads();
    return new HeadRows(Address.of(rows), rows.dataType(), shape.keys() * row, head, row);
  }

  /**
   * Returns queries [batch * queries, heads * w], or an array of their shape. It selects the first
   * of the heads that share keys, or all of them as rows if {@link HeadGroups#folded} is set.
   */
  static HeadRows ofQueries(INDArray rows, AttentionShape shape, HeadGroups groups) {
    long row = Address.rowStride(rows);
    long width = rows.size(1) / shape.heads();
    long head = shape.group() * width;
    long first = Address.of(rows);
    return groups.folded()
        ? new HeadRows(first, rows.dataType(), row, head, width)
        : new HeadRows(first, rows.dataType(), shape.queries() * row, head, row);
  }

  /** Returns the rows from the given sequence, head, row and element of a row. */
  HeadRows from(long firstSequence, long firstHead, long firstRow, long element) {
    long elements = firstSequence * sequence + firstHead * head + firstRow * row + element;
    return new HeadRows(address + elements * type.width(), type, sequence, head, row);
  }

  /** Returns the layout of the first rows of a tile. */
  Layout layout(Form form, long rows) {
    return new Layout(
        type,
        new long[] {form.sequences(), form.heads(), rows, form.headWidth()},
        new long[] {sequence, head, row, 1});
  }
}
