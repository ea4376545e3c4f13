package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Which keys of an attention are hidden, beside later ones: padding from every query, and the keys
 * of other documents from a query. They have probability exactly 0, whatever they hold as long as
 * it is finite. A query for which nothing is left gets a finite output without meaning.
 *
 * <p>Documents are for texts packed into one sequence: a token sees those of its own document only.
 * Queries stand at the same places as keys then.
 */
public final class AttentionMask {
  /**
   * Added to a hidden score: far below any, yet finite in float, and its exponential is exactly 0.
   */
  public static final float HIDDEN = -1e30f;

  private static final AttentionMask NONE = new AttentionMask(null, null);

  private final boolean @Nullable [] padding;
  private final int @Nullable [] documents;

  private AttentionMask(boolean @Nullable [] padding, int @Nullable [] documents) {
    this.padding = padding;
    this.documents = documents;
  }

  /** Nothing is hidden. */
  public static AttentionMask none() {
    return NONE;
  }

  /**
   * Padding by key.
   *
   * @param padding one flag a key row, sequence after sequence: [batch * keys]
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
   * The same padding, and documents.
   *
   * @param documents number of the document that each key row belongs to, [batch * keys]; sequences
   *     have nothing to do with each other, so they may use the same numbers
   */
  public AttentionMask withDocuments(int[] documents) {
    return new AttentionMask(padding, documents.clone());
  }

  /** The padding alone. */
  public AttentionMask withoutDocuments() {
    return padding == null ? NONE : new AttentionMask(padding, null);
  }

  /** Whether nothing is hidden. */
  public boolean isNone() {
    return padding == null && documents == null;
  }

  /** Whether there are documents. */
  public boolean hasDocuments() {
    return documents != null;
  }

  /** Whether key row {@code row}, in [0, batch * keys), is padding. */
  public boolean isPadding(int row) {
    return padding != null && padding[row];
  }

  /**
   * What the padding adds to the scores of each key, [batch * keys]: 0, or a number so low that the
   * softmax gives 0 where it is padding.
   *
   * @throws IllegalArgumentException if there is padding for another number of keys
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
   * What is added to the scores of some queries of one sequence and its first keys, [queries,
   * keys], for all that is hidden: padding, other documents, and later keys where the attention is
   * causal.
   *
   * @param into written from {@code at} on
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
   * Whether a query sees a key of its sequence, the order of the two aside.
   *
   * @param query row of the query, [batch * keys]
   * @param key row of the key, likewise
   */
  public boolean isSeen(int query, int key) {
    return !isPadding(key) && (documents == null || documents[query] == documents[key]);
  }

  /**
   * Refuses an attention of other sizes.
   *
   * @throws IllegalArgumentException if padding or documents are of another number of keys, or
   *     there are documents and not as many queries as keys
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
