package io.evomoe.models.text.pairs;

import io.evomoe.models.text.EncodedTexts;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TokenFrequencies;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairs as token ids, each side with its {@code </s>}. A side longer than the limit loses its last
 * tokens; how many pairs that met is logged, and {@link #cutPairs} tells.
 */
public final class EncodedPairs {
  private static final Logger log = LoggerFactory.getLogger(EncodedPairs.class);

  private final String name;
  private final EncodedTexts sources;
  private final EncodedTexts targets;

  private EncodedPairs(String name, EncodedTexts sources, EncodedTexts targets) {
    this.name = name;
    this.sources = sources;
    this.targets = targets;
  }

  /**
   * Encodes a corpus.
   *
   * @param tokenizer of both sides, with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit tokens a side may have, {@code </s>} included; at least 2
   */
  public static EncodedPairs of(PairCorpus corpus, Tokenizer tokenizer, int limit) {
    return of(corpus, tokenizer, limit, TextProgress.NONE);
  }

  /**
   * Encodes a corpus as {@link #of(PairCorpus, Tokenizer, int)} does.
   *
   * @param progress told how far it has come
   */
  public static EncodedPairs of(
      PairCorpus corpus, Tokenizer tokenizer, int limit, TextProgress progress) {
    EncodedPairs pairs =
        new EncodedPairs(
            corpus.name(),
            EncodedTexts.ended(corpus.sources(), tokenizer, limit, progress),
            EncodedTexts.ended(corpus.targets(), tokenizer, limit, progress));
    int cut = pairs.cutPairs();
    if (cut > 0) {
      log.warn(
          "{}: {} of {} pairs have a side of more than {} tokens, which was cut",
          corpus.name(),
          cut,
          pairs.size(),
          limit);
    }
    return pairs;
  }

  /** Where the pairs come from. */
  public String name() {
    return name;
  }

  /** Number of pairs. */
  public int size() {
    return sources.size();
  }

  /** Pairs of which a side was longer than the limit. */
  public int cutPairs() {
    return (int)
        IntStream.range(0, size()).filter(i -> sources.isCut(i) || targets.isCut(i)).count();
  }

  /** How often each of {@code vocabulary} token ids occurs on both sides together. */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(IntStream.concat(sources.stream(), targets.stream()), vocabulary);
  }

  /** Tokens of the sources, {@code </s>} included. */
  public long sourceTokens() {
    return sources.stream().count();
  }

  /** Tokens of the targets, {@code </s>} included. */
  public long targetTokens() {
    return targets.stream().count();
  }

  /** The pairs {@code chosen}, each side padded to its longest. */
  public PairBatch batch(int[] chosen) {
    return PairBatch.naming(sources.batch(chosen), targets.batch(chosen));
  }

  /** Padded length of a source by itself. */
  int paddedSource(int pair) {
    return sources.paddedLength(pair);
  }

  /** Padded length of a target by itself. */
  int paddedTarget(int pair) {
    return targets.paddedLength(pair);
  }
}
