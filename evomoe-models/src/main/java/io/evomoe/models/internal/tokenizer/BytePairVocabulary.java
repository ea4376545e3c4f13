package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A byte-level byte-pair vocabulary in GPT-2's order: first special tokens, bytes, merged tokens in
 * the order of their merges, last special tokens. It is learned from text, with GPT-2's bytes and
 * words: the most frequent pair of neighbouring symbols is merged repeatedly (Sennrich et al.,
 * arXiv 1508.07909).
 *
 * <p>The same texts, in any order, give the same vocabulary: of equally frequent pairs the one with
 * the lower left id is merged first, then the one with the lower right id. A pair must occur twice.
 * The spelling of a special token separates text and is never counted.
 *
 * @param tokens in printable form and in the order of their ids, without the special ones
 * @param merges in the order they are applied, each {@code left right} in printable form
 * @param special tokens that are not learned
 */
public record BytePairVocabulary(List<String> tokens, List<String> merges, SpecialTokens special) {
  private static final Logger log = LoggerFactory.getLogger(BytePairVocabulary.class);

  /**
   * Learns a vocabulary.
   *
   * @param texts to learn from; words do not cross texts
   * @param vocabularySize target size, the 256 bytes and the special tokens included
   * @param progress called with the number of texts read and of tokens found
   * @return a vocabulary of that size, or a smaller one (logged) if the texts have no more pairs
   *     that occur twice
   */
  public static BytePairVocabulary train(
      List<String> texts, int vocabularySize, SpecialTokens special, TextProgress progress) {
    int minimum = ByteAlphabet.SIZE + special.size();
    if (vocabularySize < minimum) {
      throw new IllegalArgumentException(
          "vocabulary size must be at least %d (256 bytes and %s), was %d"
              .formatted(minimum, String.join(" ", special.all()), vocabularySize));
    }
    Pattern spellings =
        Pattern.compile(String.join("|", special.all().stream().map(Pattern::quote).toList()));
    PairCounts pairs = new PairCounts(countWords(texts, spellings, progress));
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
      List<String> texts, Pattern separator, TextProgress progress) {
    Map<String, Long> pieces = new HashMap<>();
    long length = texts.stream().mapToLong(String::length).sum();
    IntConsumer read = progress.counter("Counting words", length);
    for (String text : texts) {
      separator.splitAsStream(text).forEach(part -> countPieces(part, pieces));
      read.accept(text.length());
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
    return new BytePairVocabulary(List.copyOf(tokens), List.copyOf(merges), special);
  }

  /** Returns the number of tokens, special ones included. */
  public int size() {
    return tokens.size() + special.size();
  }

  /**
   * Writes {@code vocab.json}, {@code merges.txt} and {@code tokenizer.json} in the format of
   * Hugging Face's GPT-2 and RoBERTa tokenizers. The same vocabulary gives the same bytes.
   *
   * @param folder created if it does not exist; files of these names are replaced
   */
  public void save(Path folder) {
    ObjectNode ids = JsonNodeFactory.instance.objectNode();
    for (List<String> part : List.of(special.first(), tokens, special.last())) {
      part.forEach(token -> ids.put(token, ids.size()));
    }
    String tokenizer = TokenizerJson.compose(ids, merges).toString();
    String lines =
        Stream.concat(Stream.of(TokenizerJson.MERGES_HEADER), merges.stream())
            .collect(Collectors.joining("\n"));
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(TokenizerJson.VOCABULARY), ids + "\n");
      Files.writeString(folder.resolve(TokenizerJson.MERGES), lines + "\n");
      Files.writeString(folder.resolve(TokenizerJson.TOKENIZER), tokenizer + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the tokenizer to " + folder + ": " + IoReason.of(e, folder), e);
    }
  }
}
