package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.SpecialTokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The contents of a byte-level BPE tokenizer's files, for {@link BpeTokenizer} and for conversion
 * to another format.
 *
 * @param preTokenizer splits text into words
 * @param ignoresMerges whether a word that is a token becomes that token even without merges
 *     ({@code ignore_merges}, as in Llama 3)
 * @param tokens all tokens in the order of their ids, from 0 on without a gap
 * @param merges in the order they are applied, each {@code left right} in printable form
 * @param special ids by spelling of all tokens that are not {@link Kind#NORMAL}
 * @param endOfText id of the token between documents: the first existing one of {@code
 *     <|endoftext|>} (GPT-2, GPT-NeoX, Qwen), {@code </s>} (RoBERTa), {@code <|end_of_text|>}
 *     (Llama 3) and {@code end}
 * @param begin id of the token that begins a text: {@code bos_token} of {@code
 *     tokenizer_config.json} or {@code special_tokens_map.json}, or else {@code <|begin_of_text|>}
 *     or {@code <s>}; empty if there is none, as in Qwen
 * @param end id of the token that ends a model's output: {@code eos_token} of the same files, or
 *     else {@code endOfText}; in chat models the two differ, with {@code <|eot_id|>} or {@code
 *     <|im_end|>} here
 * @param padding id of the padding token: {@code pad_token} of the same files, or else {@code
 *     <pad>}; empty if there is none
 */
public record TokenizerContents(
    PreTokenizer preTokenizer,
    boolean ignoresMerges,
    List<Token> tokens,
    List<String> merges,
    Map<String, Integer> special,
    int endOfText,
    OptionalInt begin,
    int end,
    OptionalInt padding) {
  private static final String LLAMA_BEGIN = "<|begin_of_text|>";
  private static final String LLAMA_END = "<|end_of_text|>";
  private static final List<String> ENDS =
      List.of(SpecialTokens.END_OF_TEXT, SpecialTokens.END, LLAMA_END);
  private static final List<String> CONFIGURATIONS =
      List.of("tokenizer_config.json", "special_tokens_map.json");

  /** The files of other kinds of tokenizers. */
  private static final Map<String, String> OTHER_KINDS =
      new TreeMap<>(
          Map.of(
              "vocab.txt", "WordPiece without tokenizer.json",
              "spiece.model", TokenizerRules.SENTENCE_PIECE,
              "tokenizer.model", TokenizerRules.SENTENCE_PIECE,
              "sentencepiece.bpe.model", TokenizerRules.SENTENCE_PIECE));

  /** The kind of a token. */
  public enum Kind {
    /** Made of bytes by merges, with text in GPT-2's printable form ({@code Ġthe}). */
    NORMAL,
    /** Added for a text that must be one token, such as a run of spaces; its text is unchanged. */
    USER_DEFINED,
    /** A special token, such as end-of-text; its text is its spelling. */
    CONTROL
  }

  /**
   * A token.
   *
   * @param text as in the file
   */
  public record Token(String text, Kind kind) {}

  /** Keeps the collections unmodifiable. */
  public TokenizerContents {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
    special = Map.copyOf(special);
  }

  /**
   * Reads a tokenizer's files.
   *
   * @param folder as for {@link BpeTokenizer#load}
   * @throws IllegalArgumentException as {@link BpeTokenizer#load} does
   */
  public static TokenizerContents read(Path folder) {
    return of(TokenizerJson.read(folder), folder);
  }

  /**
   * Rejects a folder without {@code tokenizer.json} and {@code vocab.json}, if it has the files of
   * an unsupported kind.
   *
   * @throws IllegalArgumentException naming the file, its kind and the supported kinds
   */
  public static void refuseOtherKinds(Path folder) {
    OTHER_KINDS.forEach(
        (name, kind) -> {
          if (Files.exists(folder.resolve(name))) {
            throw TokenizerRules.otherKind(folder, kind, name);
          }
        });
  }

  /**
   * Returns the contents of a tokenizer.
   *
   * @param tokenizer in the one-file form
   * @param folder of its files
   * @throws IllegalArgumentException as {@link BpeTokenizer#load} does
   */
  public static TokenizerContents of(JsonNode tokenizer, Path folder) {
    new TokenizerRules(tokenizer, TokenizerJson.file(folder)).check();
    JsonNode model = tokenizer.path("model");
    Map<String, Integer> special = TokenizerJson.special(tokenizer);
    Optional<String> namedEnd = named(folder, "eos_token");
    int endOfText =
        first(special, Stream.concat(ENDS.stream(), namedEnd.stream()))
            .orElseThrow(() -> withoutEnd(folder));
    Stream<String> begins =
        Stream.concat(
            named(folder, "bos_token").stream(), Stream.of(LLAMA_BEGIN, SpecialTokens.BEGIN));
    Stream<String> paddings =
        Stream.concat(named(folder, "pad_token").stream(), Stream.of(SpecialTokens.PADDING));
    return new TokenizerContents(
        PreTokenizer.read(tokenizer, folder),
        model.path("ignore_merges").asBoolean(),
        tokens(tokenizer, special),
        merges(model.path("merges")),
        special,
        endOfText,
        first(special, begins),
        first(special, namedEnd.stream()).orElse(endOfText),
        first(special, paddings));
  }

  /**
   * Returns llama.cpp's name of an equivalent pre-tokenizer, the value of {@code
   * tokenizer.ggml.pre} in a GGUF file. It is {@code gpt-2}, {@code qwen2}, {@code llama-bpe} for
   * Llama 3, or {@code dbrx} for the same words without {@link #ignoresMerges}. With {@code
   * llama-bpe}, llama.cpp adds the begin token to every text unless {@code
   * tokenizer.ggml.add_bos_token} is false.
   *
   * @return empty if llama.cpp has none: for the words of GPT-2 or Qwen2 with {@link
   *     #ignoresMerges}
   */
  public Optional<String> llamaCppName() {
    return switch (preTokenizer) {
      case GPT2 -> ignoresMerges ? Optional.empty() : Optional.of("gpt-2");
      case QWEN2 -> ignoresMerges ? Optional.empty() : Optional.of("qwen2");
      case LLAMA3 -> Optional.of(ignoresMerges ? "llama-bpe" : "dbrx");
    };
  }

  /** Returns the ids of all {@link Kind#CONTROL} tokens and of the end of text. */
  public Set<Integer> specialIds() {
    return IntStream.range(0, tokens.size())
        .filter(id -> id == endOfText || tokens.get(id).kind() == Kind.CONTROL)
        .boxed()
        .collect(Collectors.toUnmodifiableSet());
  }

  private static List<Token> tokens(JsonNode tokenizer, Map<String, Integer> special) {
    Map<Integer, Token> byId = new HashMap<>();
    for (Map.Entry<String, JsonNode> token : tokenizer.path("model").path("vocab").properties()) {
      byId.put(token.getValue().intValue(), new Token(token.getKey(), Kind.NORMAL));
    }
    special.forEach((text, id) -> byId.put(id, new Token(text, Kind.CONTROL)));
    for (JsonNode added : tokenizer.path("added_tokens")) {
      if (!added.path("special").asBoolean()) {
        String text = added.path("content").asText();
        byId.put(added.path("id").intValue(), new Token(text, Kind.USER_DEFINED));
      }
    }
    Token[] inOrder = new Token[byId.size()];
    byId.forEach((id, token) -> inOrder[id] = token);
    return List.of(inOrder);
  }

  private static List<String> merges(JsonNode merges) {
    List<String> texts = new ArrayList<>(merges.size());
    merges.forEach(merge -> texts.add(merge(merge)));
    return texts;
  }

  /** Returns a merge, which is one text or a list of two, as {@code left right}. */
  static String merge(JsonNode merge) {
    return merge.isTextual()
        ? merge.textValue()
        : merge.path(0).asText() + " " + merge.path(1).asText();
  }

  /**
   * Returns the token that a file beside the tokenizer names for a purpose.
   *
   * @param field such as {@code eos_token}
   */
  public static Optional<String> named(Path folder, String field) {
    for (String name : CONFIGURATIONS) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        JsonNode token = TokenizerJson.json(file).path(field);
        JsonNode text = token.isObject() ? token.path("content") : token;
        if (text.isTextual()) {
          return Optional.of(text.textValue());
        }
        if (!token.isNull() && !token.isMissingNode()) {
          throw new IllegalArgumentException(
              "%s: %s must be a text or an object with the text content, was %s"
                  .formatted(file, field, Excerpt.of(token)));
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the id of the first spelling that the tokenizer has. */
  private static OptionalInt first(Map<String, Integer> special, Stream<String> spellings) {
    return spellings.filter(special::containsKey).mapToInt(special::get).findFirst();
  }

  private static IllegalArgumentException withoutEnd(Path folder) {
    return new IllegalArgumentException(
        "tokenizer in %s must have a token %s, or the eos_token that its tokenizer_config.json names, has none"
            .formatted(folder, String.join(" or ", ENDS)));
  }
}
