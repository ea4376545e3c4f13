package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the spellings of added tokens in a text, as Hugging Face's library does: the longest one at
 * the first place. Depending on its flags, a token takes the white space beside it, or is found
 * only if it is a whole word.
 */
public final class AddedTokens {
  private static final Pattern WORD = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);

  private record Added(int id, boolean isWord, boolean takesLeft, boolean takesRight) {}

  private final Map<String, Added> byContent = new HashMap<>();
  private final Pattern any;

  /**
   * Creates the finder of one of two kinds of tokens.
   *
   * @param tokenizer in the one-file form
   * @param normalized whether it finds the tokens that apply to normalized text, or the others
   */
  public AddedTokens(JsonNode tokenizer, boolean normalized, UnaryOperator<String> normalizer) {
    for (JsonNode token : tokenizer.path("added_tokens")) {
      if (token.path("normalized").asBoolean() == normalized) {
        String content = token.path("content").asText();
        byContent.putIfAbsent(
            normalized ? normalizer.apply(content) : content,
            new Added(
                token.path("id").intValue(),
                token.path("single_word").asBoolean(),
                token.path("lstrip").asBoolean(),
                token.path("rstrip").asBoolean()));
      }
    }
    List<String> longestFirst =
        byContent.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    any = longestFirst.isEmpty() ? Pattern.compile("") : anyOf(longestFirst);
  }

  /** Tokens begin with few different characters, so most places of a text are passed fast. */
  private static Pattern anyOf(List<String> contents) {
    String begins =
        contents.stream()
            .map(content -> Pattern.quote(Character.toString(content.codePointAt(0))))
            .distinct()
            .collect(Collectors.joining());
    String all = contents.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile("(?=[%s])(?:%s)".formatted(begins, all));
  }

  /**
   * Splits a text.
   *
   * @param between receives the text around tokens, never empty
   * @param found receives the ids of tokens
   */
  public void split(String text, Consumer<String> between, IntConsumer found) {
    int done = 0;
    Matcher spelling = any.matcher(text);
    while (!byContent.isEmpty() && spelling.find()) {
      Added token = Objects.requireNonNull(byContent.get(spelling.group()));
      int start = spelling.start();
      int end = spelling.end();
      if (token.isWord && (endsWithWord(text, start) || startsWithWord(text, end))) {
        continue;
      }
      start = token.takesLeft ? Math.max(done, spaceBefore(text, start)) : start;
      if (done < start) {
        between.accept(text.substring(done, start));
      }
      found.accept(token.id);
      done = token.takesRight ? spaceAfter(text, end) : end;
    }
    if (done < text.length()) {
      between.accept(text.substring(done));
    }
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
