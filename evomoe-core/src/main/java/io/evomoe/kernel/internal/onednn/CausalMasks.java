package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What hides later keys, added to the scores of a tile: made once for each form of tiles, and
 * forgotten where there are too many of them, as prompts of ever other lengths have.
 */
final class CausalMasks {
  /** 256 MiB. */
  private static final long MOST = 1L << 26;

  private final Map<Form, INDArray> masks = new LinkedHashMap<>(16, 0.75f, true);
  private final long most;
  private long elements;

  CausalMasks() {
    this(MOST);
  }

  /**
   * Keeps masks.
   *
   * @param most numbers in all of them together, or those of the last one
   */
  CausalMasks(long most) {
    this.most = most;
  }

  /** [queries, keys] of a tile; whoever uses it by its address holds it as long. */
  synchronized INDArray of(AttentionTile tile) {
    Form form = tile.form().compiled();
    INDArray known = masks.get(form);
    if (known != null) {
      return known;
    }
    INDArray made = made(tile);
    elements += made.length();
    forgetTheOldest();
    masks.put(form, made);
    return made;
  }

  private void forgetTheOldest() {
    Iterator<INDArray> oldest = masks.values().iterator();
    while (elements > most && oldest.hasNext()) {
      elements -= oldest.next().length();
      oldest.remove();
    }
  }

  private static INDArray made(AttentionTile tile) {
    int queries = tile.form().queries();
    int keys = tile.form().keys();
    float[] mask = new float[queries * keys];
    for (int i = 0; i < queries; i++) {
      for (int j = tile.firstQuery() + i + 1; j < keys; j++) {
        mask[i * keys + j] = AttentionMask.HIDDEN;
      }
    }
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.createFromArray(mask);
    }
  }

  /** Numbers in all that are kept. */
  synchronized long elements() {
    return elements;
  }
}
