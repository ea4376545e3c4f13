package io.evomoe.models.internal.text;

import io.evomoe.models.text.PairBatch;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairs as token ids, each sentence with its {@code </s>}. Sentences above the limit are truncated;
 * the number of such pairs is logged, and {@link #cutPairs} returns it.
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
   * @param tokenizer of both languages, with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit maximum number of tokens in a sentence, {@code </s>} included; at least 2
   */
  public static EncodedPairs of(RowCorpus corpus, Tokenizer tokenizer, int limit) {
    return of(corpus, tokenizer, limit, TextProgress.NONE);
  }

  /**
   * Encodes a corpus as {@link #of(RowCorpus, Tokenizer, int)} does.
   *
   * @param progress called with the progress
   */
  public static EncodedPairs of(
      RowCorpus corpus, Tokenizer tokenizer, int limit, TextProgress progress) {
    EncodedPairs pairs =
        new EncodedPairs(
            corpus.name(),
            EncodedTexts.ended(corpus.column(0), tokenizer, limit, progress),
            EncodedTexts.ended(corpus.column(1), tokenizer, limit, progress));
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

  /** Returns the name of the pairs' source. */
  public String name() {
    return name;
  }

  /** Returns the number of pairs. */
  public int size() {
    return sources.size();
  }

  /** Returns the number of pairs with a sentence longer than the limit. */
  public int cutPairs() {
    return (int)
        IntStream.range(0, size()).filter(i -> sources.isCut(i) || targets.isCut(i)).count();
  }

  /**
   * Returns the frequency of each of {@code vocabulary} token ids, in sources and targets together.
   */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(IntStream.concat(sources.stream(), targets.stream()), vocabulary);
  }

  /** Returns the pairs {@code chosen}, padded to the longest source and the longest target. */
  public PairBatch batch(int[] chosen) {
    return PairBatch.naming(sources.batch(chosen), targets.batch(chosen));
  }

  /** Returns the padded length of a single source. */
  int paddedSource(int pair) {
    return sources.paddedLength(pair);
  }

  /** Returns the padded length of a single target. */
  int paddedTarget(int pair) {
    return targets.paddedLength(pair);
  }
}
