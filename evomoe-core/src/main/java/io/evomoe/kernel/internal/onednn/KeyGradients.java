package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of keys and values of the tiles of the same sequences and heads. If several tiles,
 * or several heads that share keys, add to them, they are summed in float32 and rounded once.
 */
final class KeyGradients {
  private final Form form;
  private final HeadRows keys;
  private final HeadRows values;
  private final boolean summed;
  private final HeadRows keySums;
  private final HeadRows valueSums;

  /**
   * Creates the targets for the given tiles.
   *
   * @param tiles tiles, of which the first one has all keys
   * @param scratch float32 memory, valid until its next request
   */
  KeyGradients(
      List<AttentionTile> tiles, INDArray dk, INDArray dv, AttentionShape shape, Scratch scratch) {
    AttentionTile first = tiles.get(0);
    this.form = first.form();
    this.keys = first.keys(HeadRows.ofKeys(dk, shape));
    this.values = first.keys(HeadRows.ofKeys(dv, shape));
    boolean added = tiles.size() > 1 || form.members() > 1;
    this.summed = added && dk.dataType() != DataType.FLOAT;
    long width = (long) form.heads() * form.headWidth();
    long length = width * form.sequences() * form.keys();
    long room = summed ? scratch.address(2 * length) : 0;
    long sequence = form.keys() * width;
    DataType exact = DataType.FLOAT;
    this.keySums = new HeadRows(room, exact, sequence, form.headWidth(), width);
    this.valueSums =
        new HeadRows(room + length * Float.BYTES, exact, sequence, form.headWidth(), width);
  }

  HeadRows keys() {
    return summed ? keySums : keys;
  }

  HeadRows values() {
    return summed ? valueSums : values;
  }

  /** Rounds the sums. */
  void finish(HeadProducts products) {
    if (summed) {
      products.round(keySums, keys, form);
      products.round(valueSums, values, form);
    }
  }
}
