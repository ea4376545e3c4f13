package io.evomoe.models.text;

import io.evomoe.models.internal.tokenizer.ByteAlphabet;
import io.evomoe.models.internal.tokenizer.PreTokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The obvious way to train and merge, as a reference: no queue and no index. */
public final class SlowBytePairs {
  private SlowBytePairs() {}

  /** Applies the earliest-learnt merge that fits, until none does. */
  static List<String> encode(String text, List<String> merges) {
    return encode(PreTokenizer.GPT2, text, merges);
  }

  /** Applies merges inside the words of a pre-tokenizer. */
  static List<String> encode(PreTokenizer splitter, String text, List<String> merges) {
    List<String> tokens = new ArrayList<>();
    for (String word : splitter.words(text).toList()) {
      List<String> symbols = bytes(word);
      int rank = best(symbols, merges);
      while (rank < merges.size()) {
        symbols = merge(symbols, merges.get(rank));
        rank = best(symbols, merges);
      }
      tokens.addAll(symbols);
    }
    return tokens;
  }

  /** Recounts every pair of every word before each merge. */
  public static List<String> train(String text, int merges, List<String> order) {
    List<List<String>> words =
        new ArrayList<>(PreTokenizer.GPT2.words(text).map(w -> bytes(w)).toList());
    List<String> ids = new ArrayList<>(order);
    List<String> learnt = new ArrayList<>();
    while (learnt.size() < merges) {
      Map<String, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 1; i < word.size(); i++) {
          counts.merge(word.get(i - 1) + " " + word.get(i), 1, Integer::sum);
        }
      }
      String best =
          counts.keySet().stream().min((a, b) -> compare(a, b, counts, ids)).orElseThrow();
      learnt.add(best);
      ids.add(best.replace(" ", ""));
      words.replaceAll(word -> merge(word, best));
    }
    return learnt;
  }

  static List<String> bytes(String word) {
    List<String> symbols = ByteAlphabet.symbols();
    List<String> bytes = new ArrayList<>();
    for (int id : ByteAlphabet.ids(word)) {
      bytes.add(symbols.get(id));
    }
    return bytes;
  }

  private static int compare(String a, String b, Map<String, Integer> counts, List<String> ids) {
    int order = Integer.compare(counts.getOrDefault(b, 0), counts.getOrDefault(a, 0));
    for (int side = 0; side < 2 && order == 0; side++) {
      int left = ids.indexOf(a.split(" ", -1)[side]);
      order = Integer.compare(left, ids.indexOf(b.split(" ", -1)[side]));
    }
    return order;
  }

  private static int best(List<String> symbols, List<String> merges) {
    int best = merges.size();
    for (int i = 1; i < symbols.size(); i++) {
      int rank = merges.indexOf(symbols.get(i - 1) + " " + symbols.get(i));
      best = rank >= 0 ? Math.min(best, rank) : best;
    }
    return best;
  }

  private static List<String> merge(List<String> symbols, String pair) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < symbols.size(); i++) {
      boolean match =
          i + 1 < symbols.size() && pair.equals(symbols.get(i) + " " + symbols.get(i + 1));
      merged.add(match ? pair.replace(" ", "") : symbols.get(i));
      i += match ? 1 : 0;
    }
    return merged;
  }
}
