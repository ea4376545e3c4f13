package io.evomoe.models.text;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.TokenBatch;
import java.util.OptionalInt;

/**
 * Next-token batches without padding. Window w reads tokens {@code w L} to {@code w L + L - 1} of
 * the stream and predicts tokens {@code w L + 1} to {@code w L + L}. Every epoch visits every
 * window once, in its own order; a batch may cross epochs. The remainder at the end of the stream
 * is not used.
 *
 * <p>A batch is a pure function of the stream, the length, the sequences, the seed and its index.
 */
public final class PackedBatches extends CorpusBatches<LanguageBatch> {
  private final TokenStream stream;
  private final int length;
  private final OptionalInt endOfText;

  /**
   * Creates batches over a stream.
   *
   * @param length input tokens per sequence (L), at least 1; the stream needs L + 1
   * @param sequences per batch, at least 1
   * @param seed seed of the order of windows
   */
  public PackedBatches(TokenStream stream, int length, int sequences, long seed) {
    this(stream, length, sequences, seed, OptionalInt.empty());
  }

  /**
   * Creates batches with document numbers ({@link TokenBatch#withDocuments}), so that attention
   * stays within each document.
   *
   * @param endOfText token that ends a document, and belongs to it; without it, there are no
   *     document numbers
   */
  public PackedBatches(
      TokenStream stream, int length, int sequences, long seed, OptionalInt endOfText) {
    super(windows(stream, length, sequences), sequences, seed);
    this.stream = stream;
    this.length = length;
    this.endOfText = endOfText;
  }

  private static int windows(TokenStream stream, int length, int sequences) {
    FieldBound.atLeast("length", length, 1);
    if ((long) sequences * length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "sequences times length must be at most %d tokens, was %d times %d"
              .formatted(Integer.MAX_VALUE, sequences, length));
    }
    if (stream.size() - 1 < length) {
      throw new IllegalArgumentException(
          "%s must have at least %d tokens for one sequence of %d and its targets, has %d: give more text, or a smaller model.sequence"
              .formatted(stream.name(), length + 1L, length, stream.size()));
    }
    return (stream.size() - 1) / length;
  }

  @Override
  protected LanguageBatch gather(int[] chosen, long[] epochs) {
    int[] ids = new int[chosen.length * length];
    int[] targets = new int[ids.length];
    for (int i = 0; i < chosen.length; i++) {
      int start = chosen[i] * length;
      stream.copy(start, ids, i * length, length);
      stream.copy(start + 1, targets, i * length, length);
    }
    TokenBatch tokens = TokenBatch.of(length, ids);
    return new LanguageBatch(
        endOfText.isPresent() ? tokens.withDocuments(documents(ids)) : tokens, targets);
  }

  /** Returns numbers that increase by one after each end of a document. */
  private int[] documents(int[] ids) {
    int[] documents = new int[ids.length];
    for (int s = 1; s < ids.length; s++) {
      documents[s] = documents[s - 1] + (ids[s - 1] == endOfText.getAsInt() ? 1 : 0);
    }
    return documents;
  }
}
