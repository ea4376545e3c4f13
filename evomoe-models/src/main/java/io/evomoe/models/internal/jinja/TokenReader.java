package io.evomoe.models.internal.jinja;

import io.evomoe.models.internal.jinja.JinjaLexer.Kind;
import io.evomoe.models.internal.jinja.JinjaLexer.Token;
import java.util.ArrayList;
import java.util.List;

/** Reads tokens one after another. */
final class TokenReader {
  private final List<Token> tokens;
  private int at;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token next() {
    return tokens.get(at++);
  }

  boolean isNext(Kind kind) {
    return tokens.get(at).kind() == kind;
  }

  /** Whether one of these operators or words comes next. */
  boolean isNext(List<String> spellings) {
    return isWord(at) && spellings.contains(tokens.get(at).text());
  }

  private boolean isWord(int place) {
    Kind kind = tokens.get(place).kind();
    return kind == Kind.OPERATOR || kind == Kind.NAME;
  }

  /** Passes operators or words if they come next. */
  boolean skip(String... spellings) {
    for (int i = 0; i < spellings.length; i++) {
      if (!isWord(at + i) || !tokens.get(at + i).text().equals(spellings[i])) {
        return false;
      }
    }
    at += spellings.length;
    return true;
  }

  void expect(String spelling) {
    if (!skip(spelling)) {
      throw unexpected("'" + spelling + "'");
    }
  }

  /** Passes a comma, unless the end of the list comes next. */
  void separate(String end) {
    if (!isNext(List.of(end))) {
      expect(",");
    }
  }

  /** Passes the end of a tag. */
  void close() {
    if (!isNext(Kind.CLOSE)) {
      throw unexpected("the end of the tag");
    }
    at++;
  }

  String name() {
    if (!isNext(Kind.NAME)) {
      throw unexpected("a name");
    }
    return next().text();
  }

  /** Passes names with commas between. */
  List<String> names() {
    List<String> names = new ArrayList<>(List.of(name()));
    while (skip(",")) {
      names.add(name());
    }
    return names;
  }

  /** Returns a name and passes {@code =} behind it; empty if something else comes next. */
  String argument() {
    if (isNext(Kind.NAME) && tokens.get(at + 1).text().equals("=") && isWord(at + 1)) {
      at += 2;
      return tokens.get(at - 2).text();
    }
    return "";
  }

  String passed() {
    return tokens.get(at - 1).text();
  }

  IllegalArgumentException unexpected(String wanted) {
    Token token = tokens.get(at);
    String found = token.text().isEmpty() ? "the end" : "'" + token.text() + "'";
    return new IllegalArgumentException(
        "line %d: must have %s, has %s".formatted(token.line(), wanted, found));
  }
}
