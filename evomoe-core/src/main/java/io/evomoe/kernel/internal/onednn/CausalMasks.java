package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Addends for the scores of a tile that hide later keys. They are created once for each form of
 * tiles. They are dropped if there are too many, e.g. for prompts with many different lengths.
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
   * Creates an empty cache of masks.
   *
   * @param most maximum of numbers in all masks together; the last mask is always kept
   */
  CausalMasks(long most) {
    this.most = most;
  }

  /** Returns the mask [queries, keys] of a tile. Keep the array while its address is used. */
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

  /** Returns the total of kept numbers. */
  synchronized long elements() {
    return elements;
  }
}
