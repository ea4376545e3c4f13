package io.evomoe.random;

/**
 * Random numbers that are a pure function of a seed and a position.
 *
 * <p>A draw does not depend on earlier draws. A resumed run, a recomputed activation and a retried
 * worker therefore repeat the same numbers, and there is no state to save. The class is built on
 * the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014).
 */
public final class CounterRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  /** The {@link #hash} of a name without parts. */
  public static final long NO_NAME = 0xCBF29CE484222325L;

  private final long seed;

  /** Creates the draws of {@code seed}. */
  public CounterRandom(long seed) {
    this.seed = mix(seed);
  }

  /** Folds another number (e.g. a step, a layer, an expert) into a seed. */
  public static long fold(long seed, long value) {
    return mix(mix(seed) + GOLDEN_GAMMA * (value + 1));
  }

  /** Folds a name into a seed. */
  public static long fold(long seed, String name) {
    return fold(seed, hash(NO_NAME, name));
  }

  /**
   * Continues the hash of a name that comes in parts, starting with {@link #NO_NAME}. Folding the
   * hash of all parts equals folding the name.
   */
  public static long hash(long before, CharSequence part) {
    long hash = before;
    for (int i = 0; i < part.length(); i++) {
      hash = (hash ^ part.charAt(i)) * 0x100000001B3L;
    }
    return hash;
  }

  /** Returns all 64 bits at {@code position}. */
  public long bits(long position) {
    return mix(seed + GOLDEN_GAMMA * (position + 1));
  }

  /** Returns a uniform number in (0, 1), excluding both ends. */
  public double uniform(long position) {
    return openUnit(bits(position));
  }

  /**
   * Returns a number in (0, 1). With the half added, the largest of the 2^53 values would round to
   * 1; this is corrected.
   */
  static double openUnit(long bits) {
    return Math.min(((bits >>> 11) + 0.5) * UNIT, Math.nextDown(1.0));
  }

  /** Returns a uniform integer in [0, bound). */
  public int below(int bound, long position) {
    return (int) Math.min(bound - 1, (long) (uniform(position) * bound));
  }

  /** Returns a standard normal number (Box-Muller over two positions of a separate stream). */
  public double gaussian(long position) {
    double radius = Math.sqrt(-2.0 * Math.log(uniform(2 * position)));
    return radius * Math.cos(2.0 * Math.PI * uniform(2 * position + 1));
  }

  /** Returns a standard Gumbel(0, 1) number: {@code -ln(-ln u)}. */
  public double gumbel(long position) {
    return -Math.log(-Math.log(uniform(position)));
  }

  /** Returns a permutation of 0..n-1 (Fisher-Yates). */
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = below(i + 1, i);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
