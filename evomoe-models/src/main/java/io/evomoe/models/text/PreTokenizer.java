package io.evomoe.models.text;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a published byte-level BPE tokenizer splits text into the words inside which byte pairs may
 * merge: the regular expression of its {@code tokenizer.json}. The matches cover every text. They
 * are the only expressions that are ever given to the native library; one from outside could end
 * the process.
 */
public enum PreTokenizer {
  /**
   * GPT-2's (Radford et al., 2019; {@code encoder.py}), which RoBERTa, GPT-NeoX, Pythia, OLMo and
   * OLMoE have as well, and the one that tokenizers are trained with here. Runs of letters, of
   * digits and of other signs, each with one space before it at most.
   */
  GPT2(
      "GPT-2",
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),

  /**
   * Llama 3's (Llama Team, arXiv 2407.21783, section 3.2; {@code tokenizer.json} of 3, 3.1, 3.2 and
   * 3.3), which is GPT-4's and OLMo 2's. Contractions in any case, digits in groups of up to three,
   * line ends apart.
   */
  LLAMA3("Llama 3", sinceGpt4("{1,3}")),

  /**
   * That of Qwen2, Qwen2.5 and Qwen3 (Yang et al., arXiv 2407.10671, section 2.1): Llama 3's, but
   * each digit is a word.
   */
  QWEN2("Qwen2", sinceGpt4(""));

  private final String published;
  private final String expression;
  private final Pattern word;

  PreTokenizer(String published, String expression) {
    this.published = published;
    this.expression = expression;
    this.word = Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
  }

  /** The regular expression, as it is in {@code tokenizer.json}. */
  public String expression() {
    return expression;
  }

  /** Name of the model that brought it. */
  @Override
  public String toString() {
    return published;
  }

  /** The one that has an expression, or empty when none has. */
  static Optional<PreTokenizer> of(String expression) {
    return Stream.of(values()).filter(known -> known.expression.equals(expression)).findFirst();
  }

  /**
   * The expression for Java, whose matches of a text are together the text. Its flag makes {@code
   * \s} the Unicode White_Space, as it is in the native library.
   */
  Pattern word() {
    return word;
  }

  /** The words of {@code text} in order. */
  Stream<String> words(String text) {
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
