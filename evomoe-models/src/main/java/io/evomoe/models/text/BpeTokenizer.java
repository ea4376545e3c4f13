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
 * A byte-level BPE tokenizer in the files of Hugging Face's GPT-2, RoBERTa, GPT-NeoX (OLMoE), Llama
 * 3 and Qwen2 tokenizers ({@link PreTokenizer}), run by Hugging Face's own library. It never
 * touches the network, cuts nothing off and adds nothing, not even a token that begins the text.
 * The spelling of a special token inside a text becomes that token, as it does there. Files with a
 * normalizer (Qwen and GPT-NeoX have NFC) give back the normalized text.
 *
 * <p>The native library is unpacked once into a folder that nobody else can write to ({@link
 * io.evomoe.internal.natives.NativeFolders}), or where {@code ENGINE_CACHE_DIR} says.
 *
 * <p>Safe for use by several threads. {@link #close} frees the native part: it waits for calls in
 * progress, and later ones throw {@link IllegalStateException}.
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
   * @throws IllegalArgumentException when files are missing or damaged, or are not a byte-level BPE
   *     tokenizer that is known, with an end-of-text token ({@link TokenizerContents#endOfText})
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
   * @throws IllegalArgumentException when the text has a surrogate without its partner
   */
  @Override
  public int[] encode(String text) {
    requireUnicode(text);
    return lifetime.during(() -> divisible ? pieces.encode(text) : encodeWhole(text));
  }

  /**
   * Encodes a text in pieces, none of which is remembered.
   *
   * @param piece chars at least in each but the last
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

  /** How it splits text into words. */
  public PreTokenizer preTokenizer() {
    return preTokenizer;
  }

  /**
   * Id of the token that begins a text, such as Llama 3's {@code <|begin_of_text|>} ({@link
   * TokenizerContents#begin}). {@link #encode} never puts it before a text, nor anything else: what
   * a file's post-processor adds in Hugging Face's library is for the caller to add.
   *
   * @return empty when the tokenizer has none
   */
  public OptionalInt beginOfText() {
    return beginOfText;
  }

  /**
   * {@inheritDoc} All tokens that were added to a vocabulary are found, such as {@code <|im_end|>}.
   */
  @Override
  public OptionalInt special(String token) {
    Integer id = special.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The ids of the end of text and of all tokens that its files call special. */
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
