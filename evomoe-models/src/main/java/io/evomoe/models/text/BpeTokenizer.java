package io.evomoe.models.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.nn.Lifetime;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A byte-level BPE tokenizer in Hugging Face's files, run by Hugging Face's own library. It
 * supports the formats of GPT-2, RoBERTa, GPT-NeoX (OLMoE), Llama 3 and Qwen2 ({@link
 * PreTokenizer}). It never uses the network, truncates nothing and adds nothing, not even a token
 * that begins the text. The spelling of a special token inside a text becomes that token, as in the
 * library. With a normalizer (Qwen and GPT-NeoX have NFC), decoding returns the normalized text.
 *
 * <p>The native library is unpacked once into a folder that no other user can write to ({@link
 * io.evomoe.internal.natives.NativeFolders}), or into {@code ENGINE_CACHE_DIR}.
 *
 * <p>Thread-safe. {@link #close} frees the native part: it waits for calls in progress, and later
 * calls throw {@link IllegalStateException}.
 */
public final class BpeTokenizer implements Tokenizer, AutoCloseable {
  private final Lifetime lifetime =
      new Lifetime("the tokenizer", "load it again, or open its run again");
  private final HuggingFaceTokenizer tokenizer;
  private final int vocabularySize;
  private final PreTokenizer preTokenizer;
  private final int endOfText;
  private final OptionalInt beginOfText;
  private final Map<String, Integer> special;
  private final Set<Integer> specialIds;
  private final boolean divisible;
  private final RememberedPieces pieces = new RememberedPieces(this::encodeWhole);

  private BpeTokenizer(
      HuggingFaceTokenizer tokenizer, TokenizerContents contents, boolean divisible) {
    this.tokenizer = tokenizer;
    this.vocabularySize = contents.tokens().size();
    this.preTokenizer = contents.preTokenizer();
    this.endOfText = contents.endOfText();
    this.beginOfText = contents.begin();
    this.special = Map.copyOf(contents.special());
    this.specialIds = contents.specialIds();
    this.divisible = divisible;
  }

  /**
   * Loads a tokenizer.
   *
   * @param folder with {@code tokenizer.json}, or else {@code vocab.json} and {@code merges.txt}
   * @throws IllegalArgumentException if files are missing or damaged, or are not a supported
   *     byte-level BPE tokenizer with an end-of-text token ({@link TokenizerContents#endOfText})
   */
  public static BpeTokenizer load(Path folder) {
    JsonNode json = TokenizerJson.read(folder);
    TokenizerContents contents = TokenizerContents.of(json, folder);
    return new BpeTokenizer(
        OfflineTokenizers.open(json, folder), contents, TextPieces.changeNothing(json));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the text has an unpaired surrogate
   */
  @Override
  public int[] encode(String text) {
    requireUnicode(text);
    return lifetime.during(() -> divisible ? pieces.encode(text) : encodeWhole(text));
  }

  /**
   * Encodes a text in pieces, without remembering any.
   *
   * @param piece minimum number of chars in each but the last
   */
  int[] encode(String text, int piece) {
    requireUnicode(text);
    IdRow ids = new IdRow(text.length() + 1);
    int start = 0;
    try (Lifetime.Call ignored = lifetime.enter()) {
      while (start < text.length()) {
        int end = TextPieces.end(text, start, piece);
        ids.add(encodeWhole(text.substring(start, end)));
        start = end;
      }
    }
    return ids.toArray();
  }

  private int[] encodeWhole(String text) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] whole = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      whole[i] = Math.toIntExact(ids[i]);
    }
    return whole;
  }

  @Override
  public int pieceEnd(String text, int start, int least) {
    return divisible ? TextPieces.end(text, start, least) : text.length();
  }

  @Override
  public String decode(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            "token id must be in 0..%d, was %d".formatted(vocabularySize - 1, id));
      }
    }
    return lifetime.during(
        () -> tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), false));
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int endOfText() {
    return endOfText;
  }

  /** Returns the pre-tokenizer, which splits text into words. */
  public PreTokenizer preTokenizer() {
    return preTokenizer;
  }

  /**
   * Returns the id of the token that begins a text, such as Llama 3's {@code <|begin_of_text|>}
   * ({@link TokenizerContents#begin}). {@link #encode} never adds it. The tokens of a file's
   * post-processor are the caller's task.
   *
   * @return empty if the tokenizer has none
   */
  public OptionalInt beginOfText() {
    return beginOfText;
  }

  /**
   * {@inheritDoc} It finds all tokens that were added to the vocabulary, such as {@code
   * <|im_end|>}.
   */
  @Override
  public OptionalInt special(String token) {
    Integer id = special.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Returns the ids of the end of text and of all tokens that the files mark as special. */
  @Override
  public Set<Integer> specialIds() {
    return specialIds;
  }

  /** Frees the native memory after the calls in progress; may be called again. */
  @Override
  public void close() {
    lifetime.close(tokenizer::close);
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
}
