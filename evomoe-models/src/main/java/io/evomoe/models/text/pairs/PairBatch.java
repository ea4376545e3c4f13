package io.evomoe.models.text.pairs;

import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/**
 * Sentences with their translations, as an encoder-decoder is trained on them. Row s of the decoder
 * reads the token before the one it has to name, so the first reads {@code </s>} (as fairseq does,
 * Ott et al., NAACL 2019).
 */
public final class PairBatch {
  private final TokenBatch source;
  private final TokenBatch target;
  private final int[] targets;

  /**
   * A batch.
   *
   * @param source what the encoder reads: tokens, {@code </s>}, padding
   * @param target what the decoder reads: {@code </s>}, tokens, padding; as many sequences
   * @param targets what the decoder has to name, one id a token of {@code target}: tokens, {@code
   *     </s>}, and -1 at padding
   */
  public PairBatch(TokenBatch source, TokenBatch target, int[] targets) {
    if (source.sequences() != target.sequences()) {
      throw new IllegalArgumentException(
          "target must have as many sequences as source (%d), had %d"
              .formatted(source.sequences(), target.sequences()));
    }
    if (targets.length != target.size()) {
      throw new IllegalArgumentException(
          "targets must be one a target token (%d), were %d"
              .formatted(target.size(), targets.length));
    }
    this.source = source;
    this.target = target;
    this.targets = targets.clone();
  }

  /**
   * A batch of what the decoder has to name.
   *
   * @param named tokens, {@code </s>}, padding
   */
  static PairBatch naming(TokenBatch source, TokenBatch named) {
    int length = named.length();
    int[] read = named.ids();
    int[] targets = named.ids();
    boolean[] padding = new boolean[targets.length];
    for (int start = 0; start < targets.length; start += length) {
      int end = start + length - 1;
      while (named.isPadding(end)) {
        padding[end] = true;
        targets[end] = LanguageBatch.IGNORED;
        end--;
      }
      read[start] = targets[end];
      System.arraycopy(targets, start, read, start + 1, end - start);
    }
    boolean padded = named.realTokens() < named.size();
    return new PairBatch(source, new TokenBatch(length, read, padded ? padding : null), targets);
  }

  /** What the encoder reads. */
  public TokenBatch source() {
    return source;
  }

  /** What the decoder reads. */
  public TokenBatch target() {
    return target;
  }

  /** What the decoder has to name at each place, a copy; -1 where it does not count. */
  public int[] targets() {
    return targets.clone();
  }

  /** Number of targets that count. */
  public int countedTargets() {
    return (int) Arrays.stream(targets).filter(target -> target >= 0).count();
  }
}
