package io.evomoe.models.text.pairs;

import io.evomoe.models.text.EpochOrder;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Pairs ordered by their padded lengths, and the cuts between batches. Pairs of equal padded
 * lengths form a bucket, inside which they can change places without moving a cut.
 */
final class LengthBuckets {
  private final EncodedPairs pairs;
  private final int[] sorted;
  private final int[] bucketStarts;
  private final int[] batchStarts;

  LengthBuckets(EncodedPairs pairs, int maxTokens) {
    EpochOrder.requirePositive("tokens of a batch", maxTokens);
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

  /** Returns the pairs by length, those of equal lengths in the order of the corpus. */
  int[] sorted() {
    return sorted.clone();
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
