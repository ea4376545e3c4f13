package io.evomoe.models.internal.jinja;

import io.evomoe.models.internal.text.Utf8Text;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Divides a template into text and the tokens of its tags, and trims the text around tags. */
final class JinjaLexer {
  private static final Pattern TAG = Pattern.compile("\\{[{%#]");
  private static final Pattern RAW = Pattern.compile("\\s*raw\\s*(-?)%}");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?<end>[-+]?%})");
  private static final Pattern COMMENT_END = Pattern.compile("(?<end>[-+]?#})");
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<number>\\d[\\d_]*+(?:\\.\\d++)?(?:[eE][-+]?\\d++)?)"
              + "|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*+)"
              + "|(?<string>'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\")"
              + "|(?<operator>//|\\*\\*|[=!<>]=|[-+/*%~\\[\\](){}=<>.:|,])",
          Pattern.DOTALL);
  private static final Pattern ESCAPE =
      Pattern.compile(
          "\\\\(?:x(\\p{XDigit}{2})|u(\\p{XDigit}{4})|U(\\p{XDigit}{8})|(.))", Pattern.DOTALL);

  /** The kind of a token. */
  enum Kind {
    TEXT,
    OUTPUT,
    BLOCK,
    /** The end of an output or a block. */
    CLOSE,
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  /**
   * A token.
   *
   * @param line of its begin, from 1
   */
  record Token(Kind kind, String text, int line) {
    boolean is(Kind other, String spelling) {
      return kind == other && text.equals(spelling);
    }
  }

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int counted;
  private int line = 1;

  JinjaLexer(String source) {
    String lines = Utf8Text.withLineFeeds(source);
    this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
  }

  List<Token> tokens() {
    Matcher tag = TAG.matcher(source);
    while (at < source.length() && tag.find(at)) {
      char kind = source.charAt(tag.start() + 1);
      text(tag.start(), sign(tag.end()), kind != '{');
      at = tag.end() + (sign(tag.end()).isEmpty() ? 0 : 1);
      Matcher raw = RAW.matcher(source).region(at, source.length());
      if (kind == '#') {
        end(find(COMMENT_END));
      } else if (kind == '%' && raw.lookingAt()) {
        at = raw.end();
        skipSpace(!raw.group(1).isEmpty());
        Matcher end = find(END_RAW);
        text(end.start(), end.group(1), true);
        end(end);
      } else {
        add(kind == '{' ? Kind.OUTPUT : Kind.BLOCK, "");
        inside(kind == '{' ? "}}" : "%}");
      }
    }
    text(source.length(), "", false);
    add(Kind.END, "");
    return tokens;
  }

  private String sign(int place) {
    boolean has = place < source.length() && "-+".indexOf(source.charAt(place)) >= 0;
    return has ? source.substring(place, place + 1) : "";
  }

  /** Adds the text up to a tag, without the white space that the tag removes. */
  private void text(int end, String sign, boolean isBlock) {
    String text = source.substring(at, end);
    if (sign.equals("-")) {
      text = Python.strip(text, "", false, true);
    } else if (isBlock && sign.isEmpty()) {
      int lineBegin = text.lastIndexOf('\n') + 1;
      boolean whole = lineBegin > 0 || at == 0 || source.charAt(at - 1) == '\n';
      if (whole && Python.strip(text.substring(lineBegin), "", true, false).isEmpty()) {
        text = text.substring(0, lineBegin);
      }
    }
    if (!text.isEmpty()) {
      add(Kind.TEXT, text);
    }
    at = end;
  }

  private void add(Kind kind, String text) {
    for (; counted < at; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    tokens.add(new Token(kind, text, line));
  }

  private Matcher find(Pattern end) {
    Matcher found = end.matcher(source);
    if (!found.find(at)) {
      throw fault("a tag is not closed");
    }
    return found;
  }

  /** Passes the end of a comment or of raw text. */
  private void end(Matcher found) {
    at = found.end();
    afterBlock(found.group("end"));
  }

  /** Passes a line end after a block, or all white space. */
  private void afterBlock(String close) {
    skipSpace(close.startsWith("-"));
    if (close.length() == 2 && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
  }

  private void skipSpace(boolean all) {
    while (all && at < source.length() && Python.isSpace(source.charAt(at))) {
      at++;
    }
  }

  private void inside(String close) {
    int open = 0;
    Matcher token = TOKEN.matcher(source);
    while (true) {
      skipSpace(true);
      String end = sign(at) + close;
      if (open == 0 && source.startsWith(end, at)) {
        add(Kind.CLOSE, "");
        at += end.length();
        if (close.equals("%}")) {
          afterBlock(end);
        } else {
          skipSpace(end.startsWith("-"));
        }
        return;
      }
      if (at == source.length()) {
        throw fault("a tag is not closed");
      }
      if (!token.region(at, source.length()).lookingAt()) {
        throw fault("has '%s', which is no part of a tag".formatted(source.charAt(at)));
      }
      open += "([{".contains(token.group()) ? 1 : ")]}".contains(token.group()) ? -1 : 0;
      add(token.toMatchResult());
      at = token.end();
    }
  }

  private void add(MatchResult token) {
    String text = token.group();
    if (token.group(1) != null) {
      add(Kind.NUMBER, text.replace("_", ""));
    } else if (token.group(2) != null) {
      add(Kind.NAME, text);
    } else if (token.group(3) != null) {
      String quoted = text.substring(1, text.length() - 1);
      add(
          Kind.STRING,
          ESCAPE.matcher(quoted).replaceAll(m -> Matcher.quoteReplacement(character(m))));
    } else {
      add(Kind.OPERATOR, text);
    }
  }

  private static String character(MatchResult escape) {
    for (int i = 1; i <= 3; i++) {
      if (escape.group(i) != null) {
        return Character.toString(Integer.parseInt(escape.group(i), 16));
      }
    }
    int known = "nrtbf0\\'\"\n".indexOf(escape.group(4));
    return known < 0 ? escape.group() : known == 9 ? "" : "\n\r\t\b\f\0\\'\"".charAt(known) + "";
  }

  private IllegalArgumentException fault(String fault) {
    add(Kind.END, "");
    return new IllegalArgumentException("line %d: %s".formatted(line, fault));
  }
}
