package io.evomoe.models.text;

import io.evomoe.nn.TokenBatch;

/**
 * Sentences with their translations, for the training of an encoder-decoder. Row s of the decoder
 * reads the token before its target, so the first reads {@code </s>} (as in fairseq, Ott et al.,
 * NAACL 2019).
 */
public final class PairBatch extends LanguageBatch {
  private final TokenBatch source;

  /**
   * Creates a batch.
   *
   * @param source input of the encoder: tokens, {@code </s>}, padding
   * @param target input of the decoder: {@code </s>}, tokens, padding; as many sequences
   * @param targets target id of each token of {@code target}: tokens, {@code </s>}, and -1 at
   *     padding
   */
  public PairBatch(TokenBatch source, TokenBatch target, int[] targets) {
    super(target, targets);
    if (source.sequences() != target.sequences()) {
      throw new IllegalArgumentException(
          "target must have as many sequences as source (%d), had %d"
              .formatted(source.sequences(), target.sequences()));
    }
    this.source = source;
  }

  /**
   * Creates a batch from the decoder's targets.
   *
   * @param named tokens, {@code </s>}, padding
   */
  public static PairBatch naming(TokenBatch source, TokenBatch named) {
    int length = named.length();
    int[] read = named.ids();
    int[] targets = named.ids();
    boolean[] padding = new boolean[targets.length];
    for (int start = 0; start < targets.length; start += length) {
      int end = start + length - 1;
      while (named.isPadding(end)) {
        padding[end] = true;
        targets[end] = IGNORED;
        end--;
      }
      read[start] = targets[end];
      System.arraycopy(targets, start, read, start + 1, end - start);
    }
    boolean padded = named.realTokens() < named.size();
    return new PairBatch(source, new TokenBatch(length, read, padded ? padding : null), targets);
  }

  /** Returns the encoder's input. */
  public TokenBatch source() {
    return source;
  }

  /** Returns the decoder's input. */
  public TokenBatch target() {
    return tokens();
  }
}
