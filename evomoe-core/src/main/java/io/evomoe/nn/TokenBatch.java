package io.evomoe.nn;

import io.evomoe.kernel.AttentionMask;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a batch of equally long sequences, row by row: token s stands in sequence {@code s
 * / length} at position {@code s % length}.
 */
public final class TokenBatch {
  private final int sequences;
  private final int length;
  private final int[] ids;
  private final AttentionMask mask;

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
    this.mask = padding == null ? AttentionMask.none() : AttentionMask.ofPadding(padding);
  }

  private TokenBatch(TokenBatch other, AttentionMask mask) {
    this.sequences = other.sequences;
    this.length = other.length;
    this.ids = other.ids;
    this.mask = mask;
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
    return mask.isPadding(s);
  }

  /** Tokens that are not padding. */
  public int realTokens() {
    int real = 0;
    for (int s = 0; s < ids.length; s++) {
      real += isPadding(s) ? 0 : 1;
    }
    return real;
  }

  /** Which tokens are not padding, in order. */
  public int[] realRows() {
    return IntStream.range(0, ids.length).filter(s -> !isPadding(s)).toArray();
  }

  /**
   * The same batch of texts packed into its sequences: in self-attention a token sees those of its
   * own document only.
   *
   * @param documentOfToken a number for each token, padding included; sequences may use the same
   *     numbers
   */
  public TokenBatch withDocuments(int[] documentOfToken) {
    if (documentOfToken.length != ids.length) {
      throw new IllegalArgumentException(
          "documents must have one number a token (%d), had %d"
              .formatted(ids.length, documentOfToken.length));
    }
    return new TokenBatch(this, mask.withDocuments(documentOfToken));
  }

  /** Whether its sequences are divided into documents. */
  public boolean hasDocuments() {
    return mask.hasDocuments();
  }

  /** Whether two tokens of one sequence are of one document, and neither is padding. */
  public boolean sameText(int s, int t) {
    return !isPadding(s) && mask.isSeen(s, t);
  }

  /** What is hidden where these tokens attend to each other: padding, and other documents. */
  public AttentionMask attentionMask() {
    return mask;
  }

  /** The padding, for attentions of other tokens to these. */
  public AttentionMask keyPadding() {
    return mask.withoutDocuments();
  }
}
