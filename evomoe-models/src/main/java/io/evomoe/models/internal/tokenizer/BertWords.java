package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The words of BERT's texts, as {@code BertNormalizer} and {@code BertPreTokenizer} of Hugging
 * Face's library make them: split at white space, with every punctuation mark and Han character by
 * itself.
 *
 * @param cleansText whether control characters are removed
 * @param splitsHan whether Han characters are words of their own
 * @param stripsAccents whether accents are removed
 * @param lowercase whether letters become lower case
 */
public record BertWords(
    boolean cleansText, boolean splitsHan, boolean stripsAccents, boolean lowercase) {

  /** Blocks of Han characters, as BERT's code lists them. */
  private static final int[][] HAN = {
    {0x4E00, 0x9FFF},
    {0x3400, 0x4DBF},
    {0x20000, 0x2A6DF},
    {0x2A700, 0x2B73F},
    {0x2B740, 0x2B81F},
    {0x2B920, 0x2CEAF},
    {0xF900, 0xFAFF},
    {0x2F800, 0x2FA1F}
  };

  /** Reads the normalizer of a {@code tokenizer.json}. */
  static BertWords read(JsonNode normalizer) {
    boolean lowercase = normalizer.path("lowercase").asBoolean(true);
    return new BertWords(
        normalizer.path("clean_text").asBoolean(true),
        normalizer.path("handle_chinese_chars").asBoolean(true),
        normalizer.path("strip_accents").asBoolean(lowercase),
        lowercase);
  }

  /** Passes on the words of a text in order. */
  public void split(String text, Consumer<String> words) {
    StringBuilder word = new StringBuilder();
    normalized(text)
        .codePoints()
        .forEach(
            character -> {
              boolean alone = isPunctuation(character);
              if (alone || isSpace(character)) {
                end(word, words);
              }
              if (!isSpace(character)) {
                word.appendCodePoint(character);
              }
              if (alone) {
                end(word, words);
              }
            });
    end(word, words);
  }

  private static void end(StringBuilder word, Consumer<String> words) {
    if (word.length() > 0) {
      words.accept(word.toString());
      word.setLength(0);
    }
  }

  private String normalized(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().forEach(character -> addClean(character, clean));
    if (!stripsAccents) {
      return lowercase ? lowerCase(clean.toString()) : clean.toString();
    }
    StringBuilder bare = new StringBuilder();
    Normalizer.normalize(clean, Normalizer.Form.NFD)
        .codePoints()
        .filter(character -> Character.getType(character) != Character.NON_SPACING_MARK)
        .forEach(bare::appendCodePoint);
    return lowercase ? lowerCase(bare.toString()) : bare.toString();
  }

  private void addClean(int character, StringBuilder clean) {
    if (cleansText && isControl(character)) {
      return;
    }
    if (splitsHan && isHan(character)) {
      clean.append(' ').appendCodePoint(character).append(' ');
    } else {
      clean.appendCodePoint(cleansText && isSpace(character) ? ' ' : character);
    }
  }

  /** Converts each character by itself, as Hugging Face's library does; Java looks around a Σ. */
  public static String lowerCase(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    text.codePoints()
        .forEach(character -> lower.append(Character.toString(character).toLowerCase(Locale.ROOT)));
    return lower.toString();
  }

  private static boolean isHan(int character) {
    for (int[] block : HAN) {
      if (character >= block[0] && character <= block[1]) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSpace(int character) {
    return Character.isBmpCodePoint(character) && PreTokenizer.isSpace((char) character);
  }

  private static boolean isControl(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL -> character != '\t' && character != '\n' && character != '\r';
      case Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> character == 0xFFFD;
    };
  }

  /** All signs of ASCII count, such as {@code $}, and all punctuation of Unicode. */
  private static boolean isPunctuation(int character) {
    if (character < 0x80) {
      return character > ' ' && character < 0x7F && !Character.isLetterOrDigit(character);
    }
    return switch (Character.getType(character)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}
