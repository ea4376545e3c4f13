package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The hidden keys of an attention besides later ones: padding, and the keys of other documents.
 * They have probability exactly 0 for any finite content. A query without visible keys gets a
 * finite but meaningless output.
 *
 * <p>Documents are for texts packed into one sequence: a token sees only its own document. Queries
 * must then have the same positions as keys.
 */
public final class AttentionMask {
  /**
   * Added to a hidden score. It is far below any score but finite in float, and its exponential is
   * exactly 0.
   */
  public static final float HIDDEN = -1e30f;

  private static final AttentionMask NONE = new AttentionMask(null, null);

  private final boolean @Nullable [] padding;
  private final int @Nullable [] documents;

  private AttentionMask(boolean @Nullable [] padding, int @Nullable [] documents) {
    this.padding = padding;
    this.documents = documents;
  }

  /** Returns a mask that hides nothing. */
  public static AttentionMask none() {
    return NONE;
  }

  /**
   * Returns a mask that hides padding.
   *
   * @param padding one flag per key row, sequence after sequence: [batch * keys]
   */
  public static AttentionMask ofPadding(boolean[] padding) {
    for (boolean flag : padding) {
      if (flag) {
        return new AttentionMask(padding.clone(), null);
      }
    }
    return NONE;
  }

  /**
   * Returns a mask with the same padding that also hides other documents.
   *
   * @param documents index of the document of each key row, [batch * keys]; sequences are separate
   *     anyway, so they may use the same indices
   */
  public AttentionMask withDocuments(int[] documents) {
    return new AttentionMask(padding, documents.clone());
  }

  /** Returns a mask with the padding only. */
  public AttentionMask withoutDocuments() {
    return padding == null ? NONE : new AttentionMask(padding, null);
  }

  /** Returns whether nothing is hidden. */
  public boolean isNone() {
    return padding == null && documents == null;
  }

  /** Returns whether there are documents. */
  public boolean hasDocuments() {
    return documents != null;
  }

  /** Returns whether key row {@code row}, in [0, batch * keys), is padding. */
  public boolean isPadding(int row) {
    return padding != null && padding[row];
  }

  /**
   * Returns the padding's addend for the scores of each key, [batch * keys]. It is 0, or for
   * padding so low that the softmax gives 0.
   *
   * @throws IllegalArgumentException if the padding is for another number of keys
   */
  public float[] ofKeys(AttentionShape shape) {
    requireFit(shape);
    float[] mask = new float[shape.batch() * shape.keys()];
    for (int row = 0; row < mask.length; row++) {
      mask[row] = isPadding(row) ? HIDDEN : 0;
    }
    return mask;
  }

  /**
   * Writes the addends for the scores of some queries of one sequence and its first keys, [queries,
   * keys]. They hide padding, other documents, and later keys if the attention is causal.
   *
   * @param into written from index {@code at}
   */
  public void write(
      AttentionShape shape,
      int sequence,
      int firstQuery,
      int queries,
      int keys,
      float[] into,
      int at) {
    int firstKey = sequence * shape.keys();
    for (int i = 0; i < queries; i++) {
      int query = firstQuery + i;
      int visible = shape.causal() ? Math.min(query + 1, keys) : keys;
      int row = at + i * keys;
      for (int j = 0; j < keys; j++) {
        boolean seen = j < visible && isSeen(firstKey + query, firstKey + j);
        into[row + j] = seen ? 0 : HIDDEN;
      }
    }
  }

  /**
   * Returns whether a query sees a key of its sequence, ignoring causality.
   *
   * @param query row of the query, [batch * keys]
   * @param key row of the key, [batch * keys]
   */
  public boolean isSeen(int query, int key) {
    return !isPadding(key) && (documents == null || documents[query] == documents[key]);
  }

  /**
   * Rejects an attention of another size.
   *
   * @throws IllegalArgumentException if padding or documents are for another number of keys, or if
   *     there are documents but the numbers of queries and keys differ
   */
  public void requireFit(AttentionShape shape) {
    int rows = shape.batch() * shape.keys();
    if (padding != null && padding.length != rows) {
      throw new IllegalArgumentException(
          "key padding must have one flag a key row (%d), had %d".formatted(rows, padding.length));
    }
    if (documents == null) {
      return;
    }
    if (documents.length != rows) {
      throw new IllegalArgumentException(
          "documents must have one number a key row (%d), had %d"
              .formatted(rows, documents.length));
    }
    if (shape.queries() != shape.keys()) {
      throw new IllegalArgumentException(
          "an attention with documents must have as many queries as keys (%d), had %d"
              .formatted(shape.keys(), shape.queries()));
    }
  }
}
