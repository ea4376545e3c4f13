package io.evomoe.models.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A byte-level BPE tokenizer in the files of Hugging Face's GPT-2 and RoBERTa tokenizers, run by
 * Hugging Face's own library. It never touches the network, cuts nothing off and adds nothing. The
 * spelling of a special token inside a text becomes that token, as it does there.
 *
 * <p>The native library is unpacked once into a folder that nobody else can write to ({@link
 * io.evomoe.internal.natives.NativeFolders}), or where {@code ENGINE_CACHE_DIR} says.
 *
 * <p>Safe for use by several threads. The native part is freed by {@link #close}.
 */
public final class BpeTokenizer implements Tokenizer, AutoCloseable {
  /** Longer texts are encoded in pieces, so memory does not grow with the text. */
  private static final int PIECE = 1 << 14;

  private final HuggingFaceTokenizer tokenizer;
  private final int vocabularySize;
  private final int endOfText;
  private final Map<String, Integer> special;

  private BpeTokenizer(
      HuggingFaceTokenizer tokenizer,
      int vocabularySize,
      int endOfText,
      Map<String, Integer> special) {
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.endOfText = endOfText;
    this.special = Map.copyOf(special);
  }

  /**
   * Loads a tokenizer.
   *
   * @param folder with {@code tokenizer.json}, or else {@code vocab.json} and {@code merges.txt}
   * @throws IllegalArgumentException when files are missing or damaged, or are not a byte-level BPE
   *     tokenizer with an end-of-text token ({@code <|endoftext|>}, or RoBERTa's {@code </s>})
   */
  public static BpeTokenizer load(Path folder) {
    JsonNode json = TokenizerJson.read(folder);
    int size = 0;
    for (JsonNode id : json.path("model").path("vocab")) {
      size = Math.max(size, id.asInt() + 1);
    }
    for (JsonNode added : json.path("added_tokens")) {
      size = Math.max(size, added.path("id").asInt() + 1);
    }
    Map<String, Integer> special = TokenizerJson.special(json);
    int endOfText = endOfText(special, folder);
    return new BpeTokenizer(OfflineTokenizers.open(json, folder), size, endOfText, special);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when the text has a surrogate without its partner
   */
  @Override
  public int[] encode(String text) {
    requireUnicode(text);
    IntStream.Builder ids = IntStream.builder();
    int start = 0;
    while (start < text.length()) {
      int end = pieceEnd(text, start);
      for (long id : tokenizer.encode(text.substring(start, end), false, false).getIds()) {
        ids.add(Math.toIntExact(id));
      }
      start = end;
    }
    return ids.build().toArray();
  }

  @Override
  public String decode(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            "token id must be in 0..%d, was %d".formatted(vocabularySize - 1, id));
      }
    }
    return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), false);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int endOfText() {
    return endOfText;
  }

  @Override
  public OptionalInt special(String token) {
    Integer id = special.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Frees the native memory; may be called again. */
  @Override
  public void close() {
    tokenizer.close();
  }

  /** A single space between two words always begins a word, so a cut there changes no token. */
  private static int pieceEnd(String text, int start) {
    for (int i = start + PIECE; i < text.length() - 1; i++) {
      if (text.charAt(i) == ' ' && !isSpace(text, i - 1) && !isSpace(text, i + 1)) {
        return i;
      }
    }
    return text.length();
  }

  private static boolean isSpace(String text, int index) {
    return Gpt2PreTokenizer.isSpace(text.charAt(index));
  }

  private static void requireUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          throw new IllegalArgumentException(
              "text must be valid Unicode, had a lone surrogate at index " + i);
        }
        i++;
      }
    }
  }

  private static int endOfText(Map<String, Integer> special, Path folder) {
    for (String name : List.of(BytePairVocabulary.END_OF_TEXT, SpecialTokens.END)) {
      Integer id = special.get(name);
      if (id != null) {
        return id;
      }
    }
    throw new IllegalArgumentException(
        "tokenizer in %s must have the token %s or %s, has neither"
            .formatted(folder, BytePairVocabulary.END_OF_TEXT, SpecialTokens.END));
  }
}
