package io.evomoe.models.text;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Batches for a masked language model, without padding. A sequence is {@code <s>}, L - 2
 * consecutive tokens of the stream, {@code </s>} (FULL-SENTENCES of Liu et al., arXiv 1907.11692,
 * section 4.2, except that it is cut between any two tokens). {@link TokenMask} chooses the
 * targets; other tokens are ignored.
 *
 * <p>Masking is dynamic: every epoch visits every sequence once, in its own order and with new
 * masks. A batch is a pure function of the stream, the length, the sequences, the seed and its
 * index. It may cross epochs. The remainder at the end of the stream is not used.
 */
public final class MaskedBatches extends CorpusBatches<LanguageBatch> {
  /** Independent of a run's seed, so that all runs are evaluated on the same masks. */
  private static final long HELD_OUT = CounterRandom.fold(0, "held-out masks");

  private final TokenStream stream;
  private final TokenMask mask;
  private final int length;
  private final int begin;
  private final int end;
  private final long maskSeed;

  /**
   * Creates batches over a stream.
   *
   * @param tokenizer of the stream, with {@link SpecialTokens#ROBERTA}
   * @param length tokens per sequence (L), begin and end included, at least 3
   * @param sequences per batch, at least 1
   * @param seed seed of the order and of the masks
   */
  public MaskedBatches(
      TokenStream stream, Tokenizer tokenizer, int length, int sequences, long seed) {
    super(sequences(stream, length), sequences, seed);
    this.stream = stream;
    this.mask = new TokenMask(tokenizer);
    this.length = length;
    this.begin = tokenizer.requireSpecial(SpecialTokens.BEGIN);
    this.end = tokenizer.requireSpecial(SpecialTokens.END);
    this.maskSeed = CounterRandom.fold(seed, "masks");
  }

  private static int sequences(TokenStream stream, int length) {
    FieldBound.atLeast("length", length, 3);
    if (stream.size() < length - 2) {
      throw new IllegalArgumentException(
          "%s must have at least %d tokens for one sequence of %d, has %d: give more text, or a smaller model.sequence"
              .formatted(stream.name(), length - 2, length, stream.size()));
    }
    return stream.size() / (length - 2);
  }

  /** Masks evaluation batches alike at every call and for every seed. */
  @Override
  protected LanguageBatch gather(int[] chosen, long[] epochs) {
    int[] ids = new int[Math.multiplyExact(chosen.length, length)];
    int[] targets = new int[ids.length];
    Arrays.fill(targets, LanguageBatch.IGNORED);
    for (int i = 0; i < chosen.length; i++) {
      int start = i * length;
      ids[start] = begin;
      stream.copy(chosen[i] * (length - 2), ids, start + 1, length - 2);
      ids[start + length - 1] = end;
      long seed = epochs[i] == EVALUATION ? HELD_OUT : CounterRandom.fold(maskSeed, epochs[i]);
      CounterRandom random = new CounterRandom(CounterRandom.fold(seed, chosen[i]));
      mask.apply(ids, targets, start, start + length, random);
    }
    return new LanguageBatch(TokenBatch.of(length, ids), targets);
  }

  /**
   * Chooses the tokens that a masked language model must predict: 15% of a sequence. Of these, 80%
   * become {@code <mask>}, 10% a random token and 10% stay (Devlin et al., arXiv 1810.04805,
   * section 3.1). As in fairseq's {@code MaskTokensDataset}, the number is rounded up or down at
   * random, so its mean is 15%; but at least one token is chosen. Special tokens are neither chosen
   * nor drawn.
   */
  private static final class TokenMask {
    static final double CHOSEN = 0.15;
    static final double MASKED = 0.8;
    static final double REPLACED = 0.1;

    private final int mask;
    private final boolean[] special;
    private final int[] ordinary;

    TokenMask(Tokenizer tokenizer) {
      mask = tokenizer.requireSpecial(SpecialTokens.MASK);
      special = new boolean[tokenizer.vocabularySize()];
      tokenizer.specialIds().forEach(id -> special[id] = true);
      SpecialTokens.ROBERTA.all().forEach(token -> special[tokenizer.requireSpecial(token)] = true);
      ordinary = IntStream.range(0, special.length).filter(id -> !special[id]).toArray();
    }

    /** Masks {@code ids} in [from, to), and writes the original ids into {@code targets}. */
    void apply(int[] ids, int[] targets, int from, int to, CounterRandom random) {
      int[] places = IntStream.range(from, to).filter(i -> !special[ids[i]]).toArray();
      if (places.length == 0) {
        return;
      }
      int count = Math.max(1, (int) (CHOSEN * places.length + random.uniform(0)));
      for (int i = 0; i < count; i++) {
        long draw = 1 + 3L * i;
        int other = i + random.below(places.length - i, draw);
        int place = places[other];
        places[other] = places[i];
        targets[place] = ids[place];
        double kind = random.uniform(draw + 1);
        if (kind < MASKED) {
          ids[place] = mask;
        } else if (kind < MASKED + REPLACED) {
          ids[place] = ordinary[random.below(ordinary.length, draw + 2)];
        }
      }
    }
  }
}
