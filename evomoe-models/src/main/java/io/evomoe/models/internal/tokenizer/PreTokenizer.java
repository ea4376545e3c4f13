package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.Excerpt;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Splits text into the words inside which byte pairs may merge, by the regular expression in a
 * published {@code tokenizer.json}. The matches cover every text. Other expressions are rejected,
 * because one could take exponential time. A file has {@code ByteLevel}, which splits as GPT-2
 * does, or a {@code Split} by a known expression followed by {@code ByteLevel} without one.
 */
public enum PreTokenizer {
  /**
   * GPT-2's (Radford et al., 2019; {@code encoder.py}), also in RoBERTa, GPT-NeoX, Pythia, OLMo and
   * OLMoE, and used to train tokenizers. It matches runs of letters, of digits and of other signs,
   * each with at most one space before it.
   */
  GPT2(
      "GPT-2",
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),

  /**
   * Llama 3's (Llama Team, arXiv 2407.21783, section 3.2; {@code tokenizer.json} of 3, 3.1, 3.2 and
   * 3.3), also in GPT-4 and OLMo 2. It matches contractions in any case, and digits in groups of up
   * to three; line ends are separate.
   */
  LLAMA3("Llama 3", sinceGpt4("{1,3}")),

  /**
   * That of Qwen2, Qwen2.5 and Qwen3 (Yang et al., arXiv 2407.10671, section 2.1): as Llama 3's,
   * except that each digit is a word.
   */
  QWEN2("Qwen2", sinceGpt4(""));

  private static final String BYTE_LEVEL = "ByteLevel";

  private final String published;
  private final Pattern word;

  PreTokenizer(String published, String expression) {
    this.published = published;
    this.word = Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
  }

  /** Returns the name of the model that introduced it. */
  @Override
  public String toString() {
    return published;
  }

  /** Returns the pre-tokenizer of an expression; empty if it is unknown. */
  static Optional<PreTokenizer> of(String expression) {
    return Stream.of(values()).filter(known -> known.word.pattern().equals(expression)).findFirst();
  }

  /**
   * Returns the pre-tokenizer of a file.
   *
   * @param tokenizer in the one-file form
   * @param source for messages
   * @throws IllegalArgumentException if it is not supported
   */
  static PreTokenizer read(JsonNode tokenizer, Object source) {
    JsonNode node = tokenizer.path("pre_tokenizer");
    String model = tokenizer.path("model").path("type").asText("BPE");
    if (model.equals("BPE") && isByteLevel(node, true)) {
      return GPT2;
    }
    JsonNode parts = node.path("pretokenizers");
    boolean split =
        typeOf(node).equals("Sequence")
            && parts.size() == 2
            && isSplit(parts.path(0))
            && isByteLevel(parts.path(1), false);
    if (!model.equals("BPE") || !split) {
      throw new IllegalArgumentException(
          "%s must be a byte-level BPE tokenizer without a prefix space, was %s over %s"
              .formatted(source, model, Excerpt.of(node)));
    }
    String expression = parts.path(0).path("pattern").path("Regex").asText();
    return of(expression)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: the regular expression of pre_tokenizer must be one of those of %s, was %s"
                        .formatted(source, Arrays.toString(values()), Excerpt.of(expression))));
  }

  private static boolean isByteLevel(JsonNode node, boolean splits) {
    return typeOf(node).equals(BYTE_LEVEL)
        && !node.path("add_prefix_space").asBoolean()
        && node.path("use_regex").asBoolean(true) == splits;
  }

  /**
   * Accepts isolated matches, or, as in OLMo 2, removed non-matches: known expressions match every
   * text completely.
   */
  private static boolean isSplit(JsonNode node) {
    String behavior = node.path("invert").asBoolean() ? "Removed" : "Isolated";
    return typeOf(node).equals("Split")
        && node.path("pattern").path("Regex").isTextual()
        && node.path("behavior").asText("").equals(behavior);
  }

  /** Returns the parts of a sequence, or the node itself if it is none. */
  public static Iterable<JsonNode> parts(JsonNode node, String field) {
    return typeOf(node).equals("Sequence") ? node.path(field) : List.of(node);
  }

  /** Returns the type of a part, or an empty text. */
  public static String typeOf(JsonNode node) {
    return node.path("type").asText("");
  }

  /**
   * Returns the expression of {@code tokenizer.json} for Java, whose matches cover a text. Its flag
   * makes {@code \s} the Unicode White_Space, as in Hugging Face's library.
   */
  public Pattern word() {
    return word;
  }

  /** Returns the words of {@code text} in order. */
  public Stream<String> words(String text) {
    return word.matcher(text).results().map(match -> match.group());
  }

  /** Whether {@code \s} of the expressions matches a character. */
  static boolean isSpace(char character) {
    return (character >= '\t' && character <= '\r')
        || character == 0x85
        || Character.isSpaceChar(character);
  }

  private static String sinceGpt4(String digits) {
    return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }
}
