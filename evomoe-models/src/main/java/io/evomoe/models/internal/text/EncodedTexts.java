package io.evomoe.models.internal.text;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Short texts as token ids, each with its end token, and their padded batches. A text above the
 * limit is truncated before its end token; {@link #isCut} and {@link #cut} report it.
 */
public final class EncodedTexts {
  /** Lengths are padded to a multiple of this, so that few different shapes occur. */
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
   * Encodes texts as {@code tokens </s>}, for an encoder-decoder (Ott et al., fairseq, NAACL 2019).
   *
   * @param tokenizer with {@link SpecialTokens#ROBERTA}
   * @param limit maximum number of tokens in a text, its end included; at least 2
   * @param progress called for each text
   */
  public static EncodedTexts ended(
      List<String> texts, Tokenizer tokenizer, int limit, TextProgress progress) {
    return encode(texts, tokenizer, new int[0], limit, progress);
  }

  /**
   * Encodes texts as {@code <s> tokens </s>}, for RoBERTa (Liu et al., arXiv 1907.11692).
   *
   * @param tokenizer with {@link SpecialTokens#ROBERTA}
   * @param limit maximum number of tokens in a text, begin and end included; at least 3
   */
  public static EncodedTexts enclosed(List<String> texts, Tokenizer tokenizer, int limit) {
    int[] begin = {tokenizer.requireSpecial(SpecialTokens.BEGIN)};
    return encode(texts, tokenizer, begin, limit, TextProgress.NONE);
  }

  private static EncodedTexts encode(
      List<String> texts, Tokenizer tokenizer, int[] begin, int limit, TextProgress progress) {
    FieldBound.atLeast("token limit", limit, begin.length + 2);
    int end = tokenizer.requireSpecial(SpecialTokens.END);
    int[][] rows = new int[texts.size()][];
    boolean[] cut = new boolean[rows.length];
    long length = texts.stream().mapToLong(String::length).sum();
    PieceEncoding encoding = new PieceEncoding(tokenizer, progress.counter("Encoding", length));
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

  /** Returns the number of texts. */
  public int size() {
    return rows.length;
  }

  /** Returns a copy of a text's ids, begin and end included. */
  public int[] ids(int text) {
    return rows[text].clone();
  }

  /** Returns the length of a text in a batch by itself: a multiple of 8, at most the limit. */
  public int paddedLength(int text) {
    int blocks = (rows[text].length + LENGTH_MULTIPLE - 1) / LENGTH_MULTIPLE;
    return Math.min(blocks * LENGTH_MULTIPLE, limit);
  }

  /** Whether a text was longer than the limit. */
  public boolean isCut(int text) {
    return cut[text];
  }

  /** Returns the number of texts that were longer than the limit. */
  public int cut() {
    return (int) IntStream.range(0, cut.length).filter(this::isCut).count();
  }

  /** Returns the texts {@code chosen}, all padded to the greatest of their padded lengths. */
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

  /** Returns all ids, text after text. */
  public IntStream stream() {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream);
  }
}
