package io.evomoe.nn;

import io.evomoe.kernel.KeyPadding;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a batch of equally long sequences, row by row: token s stands in sequence {@code s
 * / length} at position {@code s % length}.
 */
public final class TokenBatch {
  private final int sequences;
  private final int length;
  private final int[] ids;
  private final KeyPadding padding;

  /**
   * A batch.
   *
   * @param length tokens per sequence; divides the number of ids
   * @param ids token ids, sequence after sequence
   * @param padding which tokens are padding, or null when none is
   */
  public TokenBatch(int length, int[] ids, boolean @Nullable [] padding) {
    if (length < 1 || ids.length == 0 || ids.length % length != 0) {
      throw new IllegalArgumentException(
          "length must be at least 1 and divide the " + ids.length + " tokens, was " + length);
    }
    if (padding != null && padding.length != ids.length) {
      throw new IllegalArgumentException(
          "padding must have one flag a token (" + ids.length + "), had " + padding.length);
    }
    this.sequences = ids.length / length;
    this.length = length;
    this.ids = ids.clone();
    this.padding = padding == null ? KeyPadding.none() : KeyPadding.of(padding);
  }

  /** A batch without padding. */
  public static TokenBatch of(int length, int[] ids) {
    return new TokenBatch(length, ids, null);
  }

  /** Number of sequences. */
  public int sequences() {
    return sequences;
  }

  /** Tokens per sequence. */
  public int length() {
    return length;
  }

  /** Tokens in all, padding included (S). */
  public int size() {
    return ids.length;
  }

  /** Id of token s. */
  public int id(int s) {
    return ids[s];
  }

  /** All ids, a copy. */
  public int[] ids() {
    return ids.clone();
  }

  /** Whether token s is padding: it is never routed and never counted. */
  public boolean isPadding(int s) {
    return padding.isPadding(s);
  }

  /** Tokens that are not padding. */
  public int realTokens() {
    int real = 0;
    for (int s = 0; s < ids.length; s++) {
      real += isPadding(s) ? 0 : 1;
    }
    return real;
  }

  /** The padding, for attentions whose keys are these tokens. */
  public KeyPadding keyPadding() {
    return padding;
  }
}
