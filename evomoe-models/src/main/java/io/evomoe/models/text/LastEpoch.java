package io.evomoe.models.text;

import java.util.Map;
import java.util.function.LongFunction;

/** Caches the order of the last epoch, which is expensive to make for many items. */
public final class LastEpoch {
  private final LongFunction<int[]> order;
  private volatile Map.Entry<Long, int[]> last;

  /** Creates a cache of orders by the number of the epoch. */
  public LastEpoch(LongFunction<int[]> order) {
    this.order = order;
    this.last = Map.entry(0L, order.apply(0));
  }

  /** Returns the order of an epoch, which must not be changed. */
  public int[] of(long epoch) {
    Map.Entry<Long, int[]> cached = last;
    if (cached.getKey() != epoch) {
      cached = Map.entry(epoch, order.apply(epoch));
      last = cached;
    }
    return cached.getValue();
  }
}
