package io.evomoe.nn;

import io.evomoe.kernel.AttentionMask;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a batch of equally long sequences, row by row. Token s is in sequence {@code s /
 * length} at position {@code s % length}.
 */
public final class TokenBatch {
  private final int sequences;
  private final int length;
  private final int[] ids;
  private final AttentionMask mask;

  /**
   * Creates a batch.
   *
   * @param length tokens per sequence; divides the number of ids
   * @param ids token ids, sequence after sequence
   * @param padding which tokens are padding, or null if none is
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

  /** Creates a batch without padding. */
  public static TokenBatch of(int length, int[] ids) {
    return new TokenBatch(length, ids, null);
  }

  /**
   * Creates a batch of sequences, all padded to the longest.
   *
   * @param sequences at least one, none empty
   * @param padding token id of the padding
   */
  public static TokenBatch padded(List<int[]> sequences, int padding) {
    int length = sequences.stream().mapToInt(row -> row.length).max().orElse(0);
    int[] ids = new int[Math.multiplyExact(sequences.size(), length)];
    boolean[] flags = new boolean[ids.length];
    for (int i = 0; i < sequences.size(); i++) {
      int[] row = sequences.get(i);
      System.arraycopy(row, 0, ids, i * length, row.length);
      Arrays.fill(ids, i * length + row.length, (i + 1) * length, padding);
      Arrays.fill(flags, i * length + row.length, (i + 1) * length, true);
    }
    return new TokenBatch(length, ids, flags);
  }

  /** Returns the number of sequences. */
  public int sequences() {
    return sequences;
  }

  /** Returns the number of tokens per sequence. */
  public int length() {
    return length;
  }

  /** Returns S, the total number of tokens, padding included. */
  public int size() {
    return ids.length;
  }

  /** Returns the id of token s. */
  public int id(int s) {
    return ids[s];
  }

  /** Returns the row of the last token of each sequence. */
  public int[] lastRows() {
    return IntStream.rangeClosed(1, sequences).map(i -> i * length - 1).toArray();
  }

  /** Returns a copy of all ids. */
  public int[] ids() {
    return ids.clone();
  }

  /** Returns whether token s is padding. Padding is never routed or counted. */
  public boolean isPadding(int s) {
    return mask.isPadding(s);
  }

  /** Returns the number of tokens that are not padding. */
  public int realTokens() {
    return realRows().length;
  }

  /** Returns the indices of the tokens that are not padding, in order. */
  public int[] realRows() {
    return IntStream.range(0, ids.length).filter(s -> !isPadding(s)).toArray();
  }

  /**
   * Returns this batch with texts packed into its sequences: in self-attention a token sees only
   * its own document.
   *
   * @param documentOfToken document index for each token, padding included; sequences may use the
   *     same indices
   */
  public TokenBatch withDocuments(int[] documentOfToken) {
    if (documentOfToken.length != ids.length) {
      throw new IllegalArgumentException(
          "documents must have one number a token (%d), had %d"
              .formatted(ids.length, documentOfToken.length));
    }
    return new TokenBatch(this, mask.withDocuments(documentOfToken));
  }

  /** Returns whether its sequences are divided into documents. */
  public boolean hasDocuments() {
    return mask.hasDocuments();
  }

  /**
   * Returns whether two tokens of one sequence are in the same document, and neither is padding.
   */
  public boolean sameText(int s, int t) {
    return !isPadding(s) && mask.isSeen(s, t);
  }

  /** Returns the mask for attention among these tokens: padding and other documents are hidden. */
  public AttentionMask attentionMask() {
    return mask;
  }

  /** Returns the mask for attention of other tokens to these: padding is hidden. */
  public AttentionMask keyPadding() {
    return mask.withoutDocuments();
  }
}
