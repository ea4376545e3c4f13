package io.evomoe.models.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a byte-level byte-pair vocabulary from text, with GPT-2's bytes and words: it repeatedly
 * merges the most frequent pair of neighbouring symbols (Sennrich et al., arXiv 1508.07909).
 *
 * <p>The same texts, in any order, give the same vocabulary: of equally frequent pairs the one with
 * the lower left id is merged first, then the one with the lower right id. A pair must occur twice.
 * The spelling of a special token separates text and is never counted.
 */
public final class BytePairTrainer {
  private static final Logger log = LoggerFactory.getLogger(BytePairTrainer.class);

  private BytePairTrainer() {}

  /** Learns a vocabulary with GPT-2's special token. */
  public static BytePairVocabulary train(Iterable<String> texts, int vocabularySize) {
    return train(texts, vocabularySize, SpecialTokens.GPT);
  }

  /**
   * Learns a vocabulary.
   *
   * @param texts to learn from; words do not cross texts
   * @param vocabularySize target size, the 256 bytes and the special tokens included
   * @return a vocabulary of that size, or a smaller one (logged) if the texts have no more pairs
   *     that occur twice
   */
  public static BytePairVocabulary train(
      Iterable<String> texts, int vocabularySize, SpecialTokens special) {
    return train(texts, vocabularySize, special, TextProgress.NONE);
  }

  /**
   * Learns a vocabulary as {@link #train(Iterable, int, SpecialTokens)} does.
   *
   * @param progress called with the number of texts read and of tokens found
   */
  public static BytePairVocabulary train(
      Iterable<String> texts, int vocabularySize, SpecialTokens special, TextProgress progress) {
    int minimum = ByteAlphabet.SIZE + special.size();
    if (vocabularySize < minimum) {
      throw new IllegalArgumentException(
          "vocabulary size must be at least %d (256 bytes and %s), was %d"
              .formatted(minimum, String.join(" ", special.all()), vocabularySize));
    }
    PairCounts pairs = new PairCounts(countWords(texts, special.pattern(), progress));
    BytePairVocabulary vocabulary = merge(pairs, vocabularySize, special, progress);
    if (vocabulary.size() < vocabularySize) {
      log.info(
          "the text has pairs for {} tokens only, fewer than the {} asked for",
          vocabulary.size(),
          vocabularySize);
    }
    return vocabulary;
  }

  private static Map<String, Long> countWords(
      Iterable<String> texts, Pattern separator, TextProgress progress) {
    Map<String, Long> pieces = new HashMap<>();
    CharacterProgress read = new CharacterProgress("Counting words", texts, progress);
    for (String text : texts) {
      separator.splitAsStream(text).forEach(part -> countPieces(part, pieces));
      read.after(text);
    }
    // Most pieces are a word that was seen before, so the expression runs on a small part of the
    // text.
    Map<String, Long> counts = new HashMap<>();
    pieces.forEach(
        (piece, times) ->
            PreTokenizer.GPT2.words(piece).forEach(word -> counts.merge(word, times, Long::sum)));
    return counts;
  }

  private static void countPieces(String text, Map<String, Long> counts) {
    for (int start = 0; start < text.length(); ) {
      int end = TextPieces.end(text, start, 1);
      counts.merge(text.substring(start, end), 1L, Long::sum);
      start = end;
    }
  }

  /**
   * Two different pairs can spell the same token, and through such a token a merged pair can occur
   * again. The first pair shares the id; the second is merged but not listed twice.
   */
  private static BytePairVocabulary merge(
      PairCounts pairs, int vocabularySize, SpecialTokens special, TextProgress progress) {
    List<String> tokens = new ArrayList<>(ByteAlphabet.symbols());
    Map<String, Integer> ids = new HashMap<>();
    tokens.forEach(token -> ids.put(token, ids.size()));
    Set<String> merges = new LinkedHashSet<>();
    while (tokens.size() + special.size() < vocabularySize) {
      PairCounts.Candidate pair = pairs.mostFrequent();
      if (pair == null) {
        break;
      }
      String left = tokens.get(pair.left());
      String right = tokens.get(pair.right());
      merges.add(left + " " + right);
      int id = ids.computeIfAbsent(left + right, unused -> tokens.size());
      if (id == tokens.size()) {
        tokens.add(left + right);
      }
      pairs.merge(pair, id);
      progress.at("Learning the vocabulary", tokens.size() + special.size(), vocabularySize);
    }
    return new BytePairVocabulary(tokens, List.copyOf(merges), special);
  }
}
