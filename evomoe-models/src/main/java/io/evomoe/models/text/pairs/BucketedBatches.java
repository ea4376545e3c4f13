package io.evomoe.models.text.pairs;

import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.EpochOrder;
import io.evomoe.models.text.EvaluationShare;
import io.evomoe.models.text.LastEpoch;
import io.evomoe.random.CounterRandom;
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
public final class BucketedBatches implements CorpusBatches<PairBatch> {
  private final EncodedPairs pairs;
  private final LengthBuckets buckets;
  private final EpochOrder order;
  private final LastEpoch shuffled;

  /**
   * Creates batches over pairs.
   *
   * @param maxTokens maximum number of source tokens, and of target tokens, in a batch, padding
   *     included; at least the padded length of the longest sentence
   * @param seed seed of the order
   */
  public BucketedBatches(EncodedPairs pairs, int maxTokens, long seed) {
    this.pairs = pairs;
    this.buckets = new LengthBuckets(pairs, maxTokens);
    this.order = new EpochOrder(buckets.batches(), seed);
    long pairSeed = CounterRandom.fold(seed, "pairs");
    this.shuffled = new LastEpoch(epoch -> buckets.shuffled(CounterRandom.fold(pairSeed, epoch)));
  }

  /** Returns the number of batches in an epoch. */
  public int batchesPerEpoch() {
    return buckets.batches();
  }

  @Override
  public PairBatch batch(long index) {
    EpochOrder.requireIndex(index);
    return pairs.batch(buckets.batch(order.item(index), shuffled.of(order.epoch(index))));
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
    EpochOrder.requirePositive("evaluation batches", maxBatches);
    int all = buckets.batches();
    int wanted = Math.min(maxBatches, all);
    return IntStream.range(0, wanted)
        .map(i -> (int) ((2L * i + 1) * all / (2L * wanted)))
        .mapToObj(i -> pairs.batch(buckets.batch(i, buckets.sorted())))
        .toList();
  }

  @Override
  public EvaluationShare evaluationShare(int maxBatches) {
    return EvaluationShare.of(maxBatches, buckets.batches());
  }
}
