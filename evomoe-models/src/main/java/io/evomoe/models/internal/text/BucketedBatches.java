package io.evomoe.models.internal.text;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.PairBatch;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batches of pairs of similar length. The pairs are ordered by the padded lengths of target and
 * source. Each batch has at most a given number of source tokens, and of target tokens, padding
 * included (as fairseq's {@code --max-tokens}; Ott et al., NAACL 2019). Every epoch shuffles the
 * order of the batches and of pairs of equal padded lengths. So every epoch visits every pair once,
 * and all epochs have the same number of batches, of the same shapes.
 *
 * <p>A batch is a pure function of the pairs, the number of tokens, the seed and its index.
 */
public final class BucketedBatches extends CorpusBatches<PairBatch> {
  private final EncodedPairs pairs;
  private final LengthBuckets buckets;
  private final LastEpoch shuffled;

  /**
   * Creates batches over pairs.
   *
   * @param maxTokens maximum number of source tokens, and of target tokens, in a batch, padding
   *     included; at least the padded length of the longest sentence
   * @param seed seed of the order
   */
  public BucketedBatches(EncodedPairs pairs, int maxTokens, long seed) {
    this(pairs, new LengthBuckets(pairs, maxTokens), seed);
  }

  private BucketedBatches(EncodedPairs pairs, LengthBuckets buckets, long seed) {
    super(buckets.batches(), 1, seed);
    this.pairs = pairs;
    this.buckets = buckets;
    long pairSeed = CounterRandom.fold(seed, "pairs");
    this.shuffled = new LastEpoch(epoch -> buckets.shuffled(CounterRandom.fold(pairSeed, epoch)));
  }

  /** Returns the pairs of one batch, which is the item of an epoch. */
  @Override
  protected PairBatch gather(int[] chosen, long[] epochs) {
    int[] ordered = epochs[0] == EVALUATION ? buckets.sorted : shuffled.of(epochs[0]);
    return pairs.batch(buckets.batch(chosen[0], ordered));
  }

  /**
   * Returns batches for the validation loss, from the shortest to the longest pairs. They are the
   * same at every call and for every seed.
   *
   * @param maxBatches maximum number of batches, at least 1; if there are more, they are selected
   *     evenly over the lengths
   */
  @Override
  public List<PairBatch> evaluationBatches(int maxBatches) {
    int all = size();
    FieldBound.atLeast("evaluation batches", maxBatches, 1);
    int wanted = Math.min(maxBatches, all);
    return IntStream.range(0, wanted)
        .map(i -> (int) ((2L * i + 1) * all / (2L * wanted)))
        .mapToObj(i -> evaluated(IntStream.of(i)))
        .toList();
  }

  /**
   * Pairs ordered by their padded lengths, and the cuts between batches. Pairs of equal padded
   * lengths form a bucket, inside which they can change places without moving a cut.
   */
  private static final class LengthBuckets {
    private final EncodedPairs pairs;

    /** The pairs by length, those of equal lengths in the order of the corpus. */
    private final int[] sorted;

    private final int[] bucketStarts;
    private final int[] batchStarts;

    LengthBuckets(EncodedPairs pairs, int maxTokens) {
      this.pairs = pairs;
      this.sorted =
          IntStream.range(0, pairs.size())
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingInt(pairs::paddedTarget)
                      .thenComparingInt(pairs::paddedSource))
              .mapToInt(Integer::intValue)
              .toArray();
      this.bucketStarts = bucketStarts();
      this.batchStarts = batchStarts(maxTokens);
    }

    /** Returns the number of batches. */
    int batches() {
      return batchStarts.length - 1;
    }

    /** Returns the pairs by length, those of equal lengths in a random order. */
    int[] shuffled(long seed) {
      int[] shuffled = new int[sorted.length];
      for (int bucket = 0; bucket < bucketStarts.length - 1; bucket++) {
        int start = bucketStarts[bucket];
        int size = bucketStarts[bucket + 1] - start;
        int[] order = new CounterRandom(CounterRandom.fold(seed, bucket)).permutation(size);
        for (int i = 0; i < size; i++) {
          shuffled[start + i] = sorted[start + order[i]];
        }
      }
      return shuffled;
    }

    /** Returns the pairs of a batch, from all pairs in their order by length. */
    int[] batch(int batch, int[] ordered) {
      return Arrays.copyOfRange(ordered, batchStarts[batch], batchStarts[batch + 1]);
    }

    private int[] bucketStarts() {
      IntStream.Builder starts = IntStream.builder().add(0);
      for (int i = 1; i < sorted.length; i++) {
        boolean same =
            pairs.paddedTarget(sorted[i]) == pairs.paddedTarget(sorted[i - 1])
                && pairs.paddedSource(sorted[i]) == pairs.paddedSource(sorted[i - 1]);
        if (!same) {
          starts.add(i);
        }
      }
      return starts.add(sorted.length).build().toArray();
    }

    private int[] batchStarts(int maxTokens) {
      IntStream.Builder starts = IntStream.builder().add(0);
      int start = 0;
      int longest = 0;
      for (int i = 0; i < sorted.length; i++) {
        int length = longer(sorted[i]);
        if (length > maxTokens) {
          throw new IllegalArgumentException(
              "tokens of a batch must be at least %d, the longest sentence of %s, were %d"
                  .formatted(longest(), pairs.name(), maxTokens));
        }
        longest = Math.max(longest, length);
        if ((i + 1L - start) * longest > maxTokens) {
          starts.add(i);
          start = i;
          longest = length;
        }
      }
      return starts.add(sorted.length).build().toArray();
    }

    private int longest() {
      return Arrays.stream(sorted).map(this::longer).max().orElse(0);
    }

    private int longer(int pair) {
      return Math.max(pairs.paddedSource(pair), pairs.paddedTarget(pair));
    }
  }
}
