package io.evomoe.models.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Encodes words by the merges of a byte-level BPE vocabulary: the pair with the lowest rank is
 * merged first, and the leftmost of equal ones. Thread-safe.
 */
public final class WordMerges {
  /** Longer words are seldom repeated. */
  private static final int LONGEST_KEPT = 32;

  private static final int MOST_KEPT = 1 << 17;

  /** The rank of a pair, and the id of the token that it becomes. */
  private record Merge(int rank, int id) {}

  private final Map<String, Integer> ids;
  private final boolean ignoresMerges;
  private final int[] bytes = new int[ByteAlphabet.SIZE];
  private final Map<Long, Merge> merges = new HashMap<>();
  private final Map<String, int[]> kept = new ConcurrentHashMap<>();

  /**
   * Creates the encoder.
   *
   * @param ids by token, in GPT-2's printable form
   * @param merges in the order of their ranks, each {@code left right}
   * @param ignoresMerges whether a word that is a token becomes it without merges
   */
  public WordMerges(Map<String, Integer> ids, List<String> merges, boolean ignoresMerges) {
    this.ids = ids;
    this.ignoresMerges = ignoresMerges;
    for (int value = 0; value < bytes.length; value++) {
      bytes[value] = id(Character.toString(ByteAlphabet.symbol(value)));
    }
    for (String merge : merges) {
      int space = merge.indexOf(' ');
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      Merge merged = new Merge(this.merges.size(), id(left + right));
      this.merges.put(pair(id(left), id(right)), merged);
    }
  }

  private int id(String token) {
    return ids.getOrDefault(token, 0);
  }

  /** Returns the ids of a word; they must not be changed. */
  public int[] encode(String word) {
    int[] known = kept.get(word);
    if (known == null) {
      known = merged(word.getBytes(StandardCharsets.UTF_8));
      if (word.length() <= LONGEST_KEPT && kept.size() < MOST_KEPT) {
        kept.put(word, known);
      }
    }
    return known;
  }

  private int[] merged(byte[] word) {
    Integer whole = ignoresMerges ? ids.get(ByteAlphabet.symbols(word)) : null;
    return whole == null ? new Row(word).merged() : new int[] {whole};
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /** The symbols of one word as a linked list. */
  private final class Row {
    private static final int GONE = -1;

    private final int[] symbols;
    private final int[] next;
    private final int[] previous;

    /** Ranks in the high half, places in the low one; entries may be outdated. */
    private final PriorityQueue<Long> queue = new PriorityQueue<>();

    Row(byte[] word) {
      symbols = new int[word.length];
      next = new int[word.length];
      previous = new int[word.length];
      for (int i = 0; i < word.length; i++) {
        symbols[i] = bytes[word[i] & 0xFF];
        next[i] = i + 1;
        previous[i] = i - 1;
      }
    }

    int[] merged() {
      for (int i = 0; i + 1 < symbols.length; i++) {
        enqueue(i);
      }
      for (Long top = queue.poll(); top != null; top = queue.poll()) {
        int place = top.intValue();
        Merge merge = merge(place);
        if (merge != null && merge.rank == top >>> 32) {
          symbols[place] = merge.id;
          symbols[next[place]] = GONE;
          next[place] = next[next[place]];
          if (next[place] < symbols.length) {
            previous[next[place]] = place;
          }
          enqueue(place);
          enqueue(previous[place]);
        }
      }
      return Arrays.stream(symbols).filter(symbol -> symbol != GONE).toArray();
    }

    private void enqueue(int place) {
      Merge merge = place < 0 ? null : merge(place);
      if (merge != null) {
        queue.add(pair(merge.rank, place));
      }
    }

    /** Returns the merge of the symbol at a place with the next one. */
    private @Nullable Merge merge(int place) {
      boolean hasPair = symbols[place] != GONE && next[place] < symbols.length;
      return hasPair ? merges.get(pair(symbols[place], symbols[next[place]])) : null;
    }
  }
}
