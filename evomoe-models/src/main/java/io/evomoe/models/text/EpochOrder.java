package io.evomoe.models.text;

import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * The training order of items. Every epoch visits each item once, in its own order, and place
 * {@code p} belongs to epoch {@code p / items}. It is a pure function of the number of items, the
 * seed and the place.
 */
public final class EpochOrder {
  private final int items;
  private final long seed;
  private final LastEpoch last;

  /**
   * Creates an order.
   *
   * @param items number of items, at least 1
   * @param seed seed of the order
   */
  public EpochOrder(int items, long seed) {
    this.items = requirePositive("items", items);
    this.seed = seed;
    this.last = new LastEpoch(this::order);
  }

  /** Returns the number of items, which is the length of an epoch. */
  public int items() {
    return items;
  }

  /** Returns the epoch of a place. */
  public long epoch(long place) {
    return place / items;
  }

  /** Returns the item at a place, in 0..items-1. */
  public int item(long place) {
    return last.of(epoch(place))[(int) (place % items)];
  }

  /** Returns the items of batch {@code index}, for consecutive batches of {@code size} items. */
  public int[] batch(long index, int size) {
    long first = firstPlace(index, size);
    int[] chosen = new int[size];
    for (int i = 0; i < size; i++) {
      chosen[i] = item(first + i);
    }
    return chosen;
  }

  /** Returns the place of a batch's first item; rejects a negative index. */
  static long firstPlace(long index, int size) {
    return Math.multiplyExact(requireIndex(index), (long) size);
  }

  /**
   * Returns the first items in their own order, in batches; for evaluation.
   *
   * @param maxBatches maximum number of batches, at least 1; the last may have fewer items
   */
  public List<int[]> firstBatches(int maxBatches, int size) {
    requirePositive("evaluation batches", maxBatches);
    long wanted = Math.min(items, (long) maxBatches * size);
    List<int[]> batches = new ArrayList<>();
    for (long item = 0; item < wanted; item += size) {
      int[] chosen = new int[(int) Math.min(size, wanted - item)];
      for (int i = 0; i < chosen.length; i++) {
        chosen[i] = (int) item + i;
      }
      batches.add(chosen);
    }
    return List.copyOf(batches);
  }

  /** Returns the number of batches of {@code size} items; the last may have fewer. */
  public int batches(int size) {
    return (items - 1) / requirePositive("size", size) + 1;
  }

  /** Rejects a number below 1, by the name of its field. */
  public static int requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
    return value;
  }

  /** Rejects a negative batch index. */
  public static long requireIndex(long index) {
    if (index < 0) {
      throw new IllegalArgumentException("batch index must be at least 0, was " + index);
    }
    return index;
  }

  private int[] order(long number) {
    return new CounterRandom(CounterRandom.fold(seed, number)).permutation(items);
  }
}
