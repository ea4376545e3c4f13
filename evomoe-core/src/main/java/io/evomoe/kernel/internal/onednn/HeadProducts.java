package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Batched products over [sequence, head] of an attention's tile. They read token rows directly, so
 * nothing is transposed or copied. A square contains a member's scores [sequences, heads, queries,
 * keys] or an array of that shape. A square that a product writes is float32; one that it reads has
 * the type of the rows.
 */
record HeadProducts(PrimitiveCache cache) {
  /** Computes square = scale q k^T, plus the masks. */
  void scores(HeadRows q, HeadRows k, long square, Form form, List<Mask> masks) {
    List<Layout> addends = masks.stream().map(mask -> mask.layout(form)).toList();
    long[] addresses = new long[3 + masks.size()];
    addresses[0] = q.address();
    addresses[1] = k.address();
    addresses[2] = square;
    for (int i = 0; i < masks.size(); i++) {
      addresses[3 + i] = masks.get(i).address;
    }
    Layout keys = k.layout(form, form.keys()).transposed();
    Layout made = square(form, DataType.FLOAT);
    run(q.layout(form, form.queries()), keys, made, form.scale(), false, addends, addresses);
  }

  /** Computes rows of queries = scale times the square times rows of keys. */
  void mix(long square, HeadRows keys, HeadRows out, Form form, double scale) {
    Layout from = keys.layout(form, form.keys());
    Layout to = out.layout(form, form.queries());
    Layout weights = square(form, from.type());
    run(weights, from, to, scale, false, List.of(), square, keys.address(), out.address());
  }

  /**
   * Computes rows of keys (+)= scale times the transposed square times rows of queries; float32 if
   * added to.
   */
  void mixTransposed(
      long square, HeadRows queries, HeadRows out, Form form, double scale, boolean add) {
    Layout from = queries.layout(form, form.queries());
    Layout to = out.layout(form, form.keys());
    Layout weights = square(form, from.type()).transposed();
    run(weights, from, to, scale, add, List.of(), square, queries.address(), out.address());
  }

  /** Computes square = rows of queries times transposed rows of keys. */
  void outer(HeadRows queries, HeadRows keys, long square, Form form) {
    Layout left = queries.layout(form, form.queries());
    Layout right = keys.layout(form, form.keys()).transposed();
    Layout made = square(form, DataType.FLOAT);
    run(left, right, made, 1, false, List.of(), queries.address(), keys.address(), square);
  }

  private void run(
      Layout a,
      Layout b,
      Layout c,
      double factor,
      boolean add,
      List<Layout> addends,
      long... addresses) {
    cache.run(new Matmul(a, b, c, false, (float) factor, add, addends), addresses);
  }

  /** Writes rows of keys to others of another type. */
  void round(HeadRows keys, HeadRows out, Form form) {
    cache.copy(
        keys.layout(form, form.keys()),
        out.layout(form, form.keys()),
        keys.address(),
        out.address());
  }

  private static Layout square(Form form, DataType type) {
    return Layout.dense(type, form.sequences(), form.heads(), form.queries(), form.keys());
  }

  /**
   * An addend for the scores of all heads, [sequences, queries, keys].
   *
   * @param sequences number of sequences, or 1 for all together
   * @param queries number of queries, or 1 for all together
   */
  record Mask(long sequences, long queries, long address) {
    private Layout layout(Form form) {
      return Layout.dense(DataType.FLOAT, sequences, 1, queries, form.keys());
    }
  }
}
