package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.internal.tokenizer.AddedTokens;
import io.evomoe.models.internal.tokenizer.BertWords;
import io.evomoe.models.internal.tokenizer.ByteAlphabet;
import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import io.evomoe.models.internal.tokenizer.PreTokenizer;
import io.evomoe.models.internal.tokenizer.TextPieces;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.models.internal.tokenizer.TokenizerJson;
import io.evomoe.models.internal.tokenizer.WordMerges;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.stream.IntStream;

/**
 * A byte-level BPE tokenizer in Hugging Face's files. It supports the formats of GPT-2, RoBERTa,
 * GPT-NeoX (OLMoE), Llama 3 and Qwen2 ({@link PreTokenizer}), and gives the ids of Hugging Face's
 * own library. It truncates nothing and adds nothing, not even a token that begins the text. The
 * spelling of a special token inside a text becomes that token. With a normalizer (Qwen and
 * GPT-NeoX have NFC), decoding returns the normalized text.
 *
 * <p>Letters, digits and normal forms are those of the JDK's Unicode version.
 *
 * <p>Thread-safe.
 */
public final class BpeTokenizer implements Tokenizer {
  private final TokenizerContents contents;
  private final boolean divisible;
  private final UnaryOperator<String> normalizer;
  private final AddedTokens raw;
  private final AddedTokens normalized;
  private final WordMerges merges;

  /** The bytes of each token. */
  private final List<byte[]> bytes;

  BpeTokenizer(JsonNode tokenizer, Path folder) {
    this.contents = TokenizerContents.of(tokenizer, folder);
    this.divisible = TextPieces.changeNothing(tokenizer);
    this.normalizer = normalizer(tokenizer);
    this.raw = new AddedTokens(tokenizer, false, normalizer);
    this.normalized = new AddedTokens(tokenizer, true, normalizer);
    Map<String, Integer> ids = new HashMap<>();
    JsonNode model = tokenizer.path("model");
    for (Map.Entry<String, JsonNode> token : model.path("vocab").properties()) {
      ids.put(token.getKey(), token.getValue().intValue());
    }
    this.merges = new WordMerges(ids, contents.merges(), contents.ignoresMerges());
    this.bytes = contents.tokens().stream().map(token -> ByteAlphabet.bytes(token.text())).toList();
  }

  /**
   * Loads a tokenizer.
   *
   * @param folder with {@code tokenizer.json}, or else {@code vocab.json} and {@code merges.txt}
   * @throws IllegalArgumentException if files are missing or damaged, or are not a supported
   *     byte-level BPE tokenizer with an end-of-text token ({@link TokenizerContents#endOfText})
   */
  public static BpeTokenizer load(Path folder) {
    return new BpeTokenizer(TokenizerJson.read(folder), folder);
  }

  /** Learns a tokenizer with GPT-2's special token, saves it and loads it back. */
  public static BpeTokenizer train(Documents train, int vocabularySize, Path folder) {
    return train(train, vocabularySize, folder, SpecialTokens.GPT, TextProgress.NONE);
  }

  /**
   * Learns a tokenizer, saves it and loads it back.
   *
   * @param train training set, of which a {@link Documents#sample} is read; never validation or
   *     test text
   * @param vocabularySize target size, the 256 bytes and the special tokens included; small texts
   *     give fewer tokens
   * @param folder of the tokenizer's files, created if it does not exist
   * @param progress called with the progress
   */
  public static BpeTokenizer train(
      Documents train,
      int vocabularySize,
      Path folder,
      SpecialTokens special,
      TextProgress progress) {
    BytePairVocabulary.train(train.sample(), vocabularySize, special, progress).save(folder);
    return load(folder);
  }

  private static UnaryOperator<String> normalizer(JsonNode tokenizer) {
    List<String> types = new ArrayList<>();
    PreTokenizer.parts(tokenizer.path("normalizer"), "normalizers")
        .forEach(part -> types.add(PreTokenizer.typeOf(part)));
    types.removeIf(String::isEmpty);
    return text -> {
      String normal = text;
      for (String type : types) {
        normal =
            type.equals("Lowercase")
                ? BertWords.lowerCase(normal)
                : Normalizer.normalize(normal, Normalizer.Form.valueOf(type));
      }
      return normal;
    };
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the text has an unpaired surrogate
   */
  @Override
  public int[] encode(String text) {
    Utf8Text.requireNoLoneSurrogate(text);
    IntStream.Builder ids = IntStream.builder();
    raw.split(
        text, part -> normalized.split(normalizer.apply(part), words -> add(words, ids), ids), ids);
    return ids.build().toArray();
  }

  private void add(String text, IntStream.Builder ids) {
    Matcher words = contents.preTokenizer().word().matcher(text);
    while (words.find()) {
      for (int id : merges.encode(words.group())) {
        ids.accept(id);
      }
    }
  }

  @Override
  public int pieceEnd(String text, int start, int least) {
    return divisible ? TextPieces.end(text, start, least) : text.length();
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= bytes.size()) {
        throw new IllegalArgumentException(
            "token id must be in 0..%d, was %d".formatted(bytes.size() - 1, id));
      }
      text.writeBytes(bytes.get(id));
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  @Override
  public int vocabularySize() {
    return bytes.size();
  }

  @Override
  public int endOfText() {
    return contents.endOfText();
  }

  /** Returns the pre-tokenizer, which splits text into words. */
  PreTokenizer preTokenizer() {
    return contents.preTokenizer();
  }

  /**
   * Returns the id of the token that begins a text, such as Llama 3's {@code <|begin_of_text|>}
   * ({@link TokenizerContents#begin}). {@link #encode} never adds it. The tokens of a file's
   * post-processor are the caller's task.
   *
   * @return empty if the tokenizer has none
   */
  public OptionalInt beginOfText() {
    return contents.begin();
  }

  /** Returns the id of the token that ends a model's output ({@link TokenizerContents#end}). */
  public int endOfOutput() {
    return contents.end();
  }

  /**
   * {@inheritDoc} It finds all tokens that were added to the vocabulary, such as {@code
   * <|im_end|>}.
   */
  @Override
  public OptionalInt special(String token) {
    Integer id = contents.special().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Returns the ids of the end of text and of all tokens that the files mark as special. */
  @Override
  public Set<Integer> specialIds() {
    return contents.specialIds();
  }
}
