package io.evomoe.models.text;

import io.evomoe.moe.TokenFrequencies;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Short texts as token ids, each with its end, and their padded batches. A text that is longer than
 * the limit loses its last tokens, never its end; {@link #isCut} and {@link #cut} tell.
 */
public final class EncodedTexts {
  /** Lengths are padded to a multiple of this, so that few shapes are computed. */
  public static final int LENGTH_MULTIPLE = 8;

  private final int[][] rows;
  private final boolean[] cut;
  private final int limit;
  private final int padding;

  private EncodedTexts(int[][] rows, boolean[] cut, int limit, int padding) {
    this.rows = rows;
    this.cut = cut;
    this.limit = limit;
    this.padding = padding;
  }

  /**
   * Encodes texts as {@code tokens </s>}, as an encoder-decoder reads them (Ott et al., fairseq,
   * NAACL 2019).
   *
   * @param tokenizer with {@link SpecialTokens#ROBERTA}
   * @param limit tokens a text may have, its end included; at least 2
   */
  public static EncodedTexts ended(List<String> texts, Tokenizer tokenizer, int limit) {
    return ended(texts, tokenizer, limit, TextProgress.NONE);
  }

  /**
   * Encodes texts as {@link #ended(List, Tokenizer, int)} does.
   *
   * @param progress told of each text
   */
  public static EncodedTexts ended(
      List<String> texts, Tokenizer tokenizer, int limit, TextProgress progress) {
    return encode(texts, tokenizer, new int[0], limit, progress);
  }

  /**
   * Encodes texts as {@code <s> tokens </s>}, as RoBERTa reads them (Liu et al., arXiv 1907.11692).
   *
   * @param tokenizer with {@link SpecialTokens#ROBERTA}
   * @param limit tokens a text may have, begin and end included; at least 3
   */
  public static EncodedTexts enclosed(List<String> texts, Tokenizer tokenizer, int limit) {
    int[] begin = {tokenizer.requireSpecial(SpecialTokens.BEGIN)};
    return encode(texts, tokenizer, begin, limit, TextProgress.NONE);
  }

  private static EncodedTexts encode(
      List<String> texts, Tokenizer tokenizer, int[] begin, int limit, TextProgress progress) {
    if (limit < begin.length + 2) {
      throw new IllegalArgumentException(
          "token limit must be at least %d, was %d".formatted(begin.length + 2, limit));
    }
    int end = tokenizer.requireSpecial(SpecialTokens.END);
    int[][] rows = new int[texts.size()][];
    boolean[] cut = new boolean[rows.length];
    CharacterProgress encoded = new CharacterProgress("Encoding", texts, progress);
    PieceEncoding encoding = new PieceEncoding(tokenizer, encoded);
    for (int i = 0; i < rows.length; i++) {
      int text = i;
      encoding.add(
          texts.get(i),
          0,
          texts.get(i).length(),
          ids -> {
            int kept = Math.min(ids.length, limit - begin.length - 1);
            int[] row = Arrays.copyOf(begin, begin.length + kept + 1);
            System.arraycopy(ids, 0, row, begin.length, kept);
            row[row.length - 1] = end;
            rows[text] = row;
            cut[text] = kept < ids.length;
          });
    }
    encoding.finish();
    return new EncodedTexts(rows, cut, limit, tokenizer.requireSpecial(SpecialTokens.PADDING));
  }

  /** Number of texts. */
  public int size() {
    return rows.length;
  }

  /** The ids of a text, what encloses them included; a copy. */
  public int[] ids(int text) {
    return rows[text].clone();
  }

  /** Tokens of a text, what encloses them included. */
  public int length(int text) {
    return rows[text].length;
  }

  /** The length of a text in a batch by itself: a multiple of 8, but never beyond the limit. */
  public int paddedLength(int text) {
    int blocks = (rows[text].length + LENGTH_MULTIPLE - 1) / LENGTH_MULTIPLE;
    return Math.min(blocks * LENGTH_MULTIPLE, limit);
  }

  /** Whether a text was longer than the limit. */
  public boolean isCut(int text) {
    return cut[text];
  }

  /** How many texts were longer than the limit. */
  public int cut() {
    return (int) IntStream.range(0, cut.length).filter(this::isCut).count();
  }

  /** The texts {@code chosen}, all padded to the greatest of their padded lengths. */
  public TokenBatch batch(int[] chosen) {
    int length = Arrays.stream(chosen).map(this::paddedLength).max().orElse(0);
    int[] ids = new int[Math.multiplyExact(chosen.length, length)];
    Arrays.fill(ids, padding);
    boolean[] flags = new boolean[ids.length];
    boolean padded = false;
    for (int i = 0; i < chosen.length; i++) {
      int[] row = rows[chosen[i]];
      System.arraycopy(row, 0, ids, i * length, row.length);
      Arrays.fill(flags, i * length + row.length, (i + 1) * length, true);
      padded |= row.length < length;
    }
    return new TokenBatch(length, ids, padded ? flags : null);
  }

  /** How often each of {@code vocabulary} token ids occurs, padding not counted. */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(stream(), vocabulary);
  }

  /** All ids, text after text. */
  public IntStream stream() {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream);
  }
}
