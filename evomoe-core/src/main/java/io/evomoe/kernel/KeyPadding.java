package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Which keys of an attention are padding: they have probability exactly 0, whatever they hold as
 * long as it is finite. A query for which nothing is left gets a finite output without meaning.
 */
public final class KeyPadding {
  /** Far below any score, yet finite in float. */
  private static final float HIDDEN = -1e30f;

  private static final KeyPadding NONE = new KeyPadding(null);

  private final boolean @Nullable [] padding;

  private KeyPadding(boolean @Nullable [] padding) {
    this.padding = padding;
  }

  /** No key is padding. */
  public static KeyPadding none() {
    return NONE;
  }

  /**
   * Padding by key.
   *
   * @param padding one flag a key row, sequence after sequence: [batch * keys]
   */
  public static KeyPadding of(boolean[] padding) {
    for (boolean flag : padding) {
      if (flag) {
        return new KeyPadding(padding.clone());
      }
    }
    return NONE;
  }

  /** Whether no key is padding. */
  public boolean isNone() {
    return padding == null;
  }

  /** Whether key row {@code row}, in [0, batch * keys), is padding. */
  public boolean isPadding(int row) {
    return padding != null && padding[row];
  }

  /**
   * What is added to the scores of each key, [batch * keys]: 0, or a number so low that the softmax
   * gives 0 where it is padding.
   *
   * @throws IllegalArgumentException if there is padding for another number of keys
   */
  public float[] mask(AttentionShape shape) {
    int rows = shape.batch() * shape.keys();
    if (padding != null && padding.length != rows) {
      throw new IllegalArgumentException(
          "key padding must have one flag a key row (%d), had %d".formatted(rows, padding.length));
    }
    float[] mask = new float[rows];
    for (int row = 0; row < rows; row++) {
      mask[row] = isPadding(row) ? HIDDEN : 0;
    }
    return mask;
  }
}
