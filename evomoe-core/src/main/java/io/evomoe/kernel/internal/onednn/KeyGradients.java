package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of keys and values of the tiles of the same sequences and heads. If several tiles,
 * or several heads that share keys, add to them, they are summed in float32 and rounded once.
 *
 * @param form of the first tile, which has all keys
 * @param keys gradients of keys
 * @param values gradients of values
 * @param keySums target of the tiles for keys; {@code keys} itself if nothing is rounded
 * @param valueSums target of the tiles for values; {@code values} itself if nothing is rounded
 */
record KeyGradients(
    Form form, HeadRows keys, HeadRows values, HeadRows keySums, HeadRows valueSums) {

  /**
   * Returns the targets for the given tiles.
   *
   * @param tiles tiles, of which the first one has all keys
   * @param scratch float32 memory, valid until its next request
   */
  static KeyGradients of(
      List<AttentionTile> tiles, INDArray dk, INDArray dv, AttentionShape shape, Scratch scratch) {
    AttentionTile first = tiles.get(0);
    Form form = first.form();
    HeadRows keys = first.keys(HeadRows.ofKeys(dk, shape));
    HeadRows values = first.keys(HeadRows.ofKeys(dv, shape));
    boolean added = tiles.size() > 1 || form.members() > 1;
    if (!added || dk.dataType() == DataType.FLOAT) {
      return new KeyGradients(form, keys, values, keys, values);
    }
    long width = (long) form.heads() * form.headWidth();
    long sequence = form.keys() * width;
    long length = sequence * form.sequences();
    HeadRows sums =
        new HeadRows(
            scratch.address(2 * length), DataType.FLOAT, sequence, form.headWidth(), width);
    return new KeyGradients(form, keys, values, sums, sums.from(0, 0, 0, length));
  }

  /** Rounds the sums. */
  void finish(HeadProducts products) {
    if (!keySums.equals(keys)) {
      products.round(keySums, keys, form);
      products.round(valueSums, values, form);
    }
  }
}
