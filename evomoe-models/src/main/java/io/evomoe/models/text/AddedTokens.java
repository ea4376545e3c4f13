package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the spellings of added tokens in a text, as Hugging Face's library does: the longest one at
 * the first place. Depending on its flags, a token takes the white space beside it, or is found
 * only if it is a whole word.
 */
final class AddedTokens {
  private static final Pattern WORD = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);

  private record Added(
      String content, int id, boolean isWord, boolean takesLeft, boolean takesRight) {}

  private final Map<Character, List<Added>> byFirst = new HashMap<>();
  private final BitSet firsts = new BitSet();

  /**
   * Creates the finder of one of two kinds of tokens.
   *
   * @param tokenizer in the one-file form
   * @param normalized whether it finds the tokens that apply to normalized text, or the others
   */
  AddedTokens(JsonNode tokenizer, boolean normalized, UnaryOperator<String> normalizer) {
    for (JsonNode token : tokenizer.path("added_tokens")) {
      if (token.path("normalized").asBoolean() == normalized) {
        String content = token.path("content").asText();
        add(normalized ? normalizer.apply(content) : content, token);
      }
    }
    byFirst
        .values()
        .forEach(
            tokens ->
                tokens.sort(
                    Comparator.comparingInt((Added token) -> token.content.length()).reversed()));
  }

  private void add(String content, JsonNode token) {
    firsts.set(content.charAt(0));
    byFirst
        .computeIfAbsent(content.charAt(0), first -> new ArrayList<>())
        .add(
            new Added(
                content,
                token.path("id").intValue(),
                token.path("single_word").asBoolean(),
                token.path("lstrip").asBoolean(),
                token.path("rstrip").asBoolean()));
  }

  /**
   * Splits a text.
   *
   * @param between receives the text around tokens, never empty
   * @param found receives the ids of tokens
   */
  void split(String text, Consumer<String> between, IntConsumer found) {
    int done = 0;
    for (int at = 0; at < text.length(); ) {
      Added token = at(text, at);
      if (token == null) {
        at++;
        continue;
      }
      int start = at;
      at += token.content.length();
      if (token.isWord && (endsWithWord(text, start) || startsWithWord(text, at))) {
        continue;
      }
      start = token.takesLeft ? Math.max(done, spaceBefore(text, start)) : start;
      if (done < start) {
        between.accept(text.substring(done, start));
      }
      found.accept(token.id);
      done = token.takesRight ? spaceAfter(text, at) : at;
    }
    if (done < text.length()) {
      between.accept(text.substring(done));
    }
  }

  private @Nullable Added at(String text, int at) {
    if (firsts.get(text.charAt(at))) {
      for (Added token : byFirst.getOrDefault(text.charAt(at), List.of())) {
        if (text.startsWith(token.content, at)) {
          return token;
        }
      }
    }
    return null;
  }

  private static boolean endsWithWord(String text, int end) {
    return end > 0 && isWord(text.codePointBefore(end));
  }

  private static boolean startsWithWord(String text, int start) {
    return start < text.length() && isWord(text.codePointAt(start));
  }

  private static boolean isWord(int character) {
    return WORD.matcher(Character.toString(character)).matches();
  }

  private static int spaceBefore(String text, int end) {
    int start = end;
    while (start > 0 && PreTokenizer.isSpace(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int spaceAfter(String text, int start) {
    int end = start;
    while (end < text.length() && PreTokenizer.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }
}
