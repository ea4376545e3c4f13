package io.evomoe.models.internal.jinja;

import io.evomoe.models.internal.jinja.Functions.Arguments;
import io.evomoe.models.internal.jinja.JinjaLexer.Kind;
import io.evomoe.models.internal.jinja.JinjaLexer.Token;
import io.evomoe.models.internal.jinja.JinjaTemplate.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes expressions of tokens, with Jinja's precedence. */
final class ExpressionParser {
  /** Binary operators by precedence; those of a level are left-associative. */
  private static final List<List<String>> LEVELS =
      List.of(
          List.of("or"),
          List.of("and"),
          List.of("not"),
          List.of("==", "!=", "<", "<=", ">", ">=", "in", "not"),
          List.of("+", "-"),
          List.of("~"),
          List.of("*", "/", "//", "%"));

  private static final int NOT = 2;

  private final TokenReader tokens;

  ExpressionParser(TokenReader tokens) {
    this.tokens = tokens;
  }

  /** Reads an expression, or several with commas between, which are a list. */
  Expression tuple() {
    Expression first = expression();
    if (!tokens.isNext(List.of(","))) {
      return first;
    }
    List<Expression> all = new ArrayList<>(List.of(first));
    while (tokens.skip(",") && !tokens.isNext(List.of(")")) && !tokens.isNext(Kind.CLOSE)) {
      all.add(expression());
    }
    return list(all);
  }

  Expression expression() {
    Expression value = withoutCondition();
    if (!tokens.skip("if")) {
      return value;
    }
    Expression condition = withoutCondition();
    Expression otherwise =
        tokens.skip("else") ? expression() : scope -> new Python.Undefined("a value without else");
    return scope -> (Python.isTrue(condition.value(scope)) ? value : otherwise).value(scope);
  }

  /** Reads an expression that {@code if} may follow. */
  Expression withoutCondition() {
    return binary(0);
  }

  private Expression binary(int level) {
    if (level == LEVELS.size()) {
      return unary(true);
    }
    if (level == NOT && tokens.skip("not")) {
      Expression value = binary(NOT);
      return scope -> !Python.isTrue(value.value(scope));
    }
    Expression left = binary(level + 1);
    while (level != NOT && tokens.isNext(LEVELS.get(level))) {
      String operator = tokens.skip("not", "in") ? "not in" : tokens.next().text();
      left = binary(operator, left, binary(level + 1));
    }
    return left;
  }

  private static Expression binary(String operator, Expression left, Expression right) {
    return switch (operator) {
      case "or", "and" ->
          scope -> {
            Object value = left.value(scope);
            return Python.isTrue(value) == operator.equals("or") ? value : right.value(scope);
          };
      default ->
          scope -> scope.counted(Python.compute(operator, left.value(scope), right.value(scope)));
    };
  }

  private Expression unary(boolean filtered) {
    if (tokens.skip("-")) {
      Expression value = unary(false);
      return filtered(scope -> Python.compute("-", 0L, value.value(scope)), filtered);
    }
    return filtered(members(primary()), filtered);
  }

  private Expression primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NUMBER -> constant(Long.parseLong(token.text()));
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.isNext(Kind.STRING)) {
          text.append(tokens.next().text());
        }
        yield constant(text.toString());
      }
      case NAME ->
          switch (token.text()) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(Python.NONE);
            default -> scope -> scope.get(token.text());
          };
      default ->
          switch (token.text()) {
            case "(" -> parenthesized();
            case "[" -> list(separated("]"));
            case "{" -> map();
            default ->
                throw new IllegalArgumentException(
                    "line %d: must have a value, has '%s'".formatted(token.line(), token.text()));
          };
    };
  }

  private static Expression constant(Object value) {
    return scope -> value;
  }

  private Expression parenthesized() {
    if (tokens.skip(")")) {
      return list(List.of());
    }
    Expression inside = tuple();
    tokens.expect(")");
    return inside;
  }

  private static Expression list(List<Expression> all) {
    return scope -> {
      List<Object> values = new ArrayList<>();
      all.forEach(each -> values.add(each.value(scope)));
      return values;
    };
  }

  private List<Expression> separated(String end) {
    List<Expression> all = new ArrayList<>();
    while (!tokens.skip(end)) {
      all.add(expression());
      tokens.separate(end);
    }
    return all;
  }

  private Expression map() {
    Map<Expression, Expression> entries = new LinkedHashMap<>();
    while (!tokens.skip("}")) {
      Expression key = expression();
      tokens.expect(":");
      entries.put(key, expression());
      tokens.separate("}");
    }
    return scope -> {
      Map<Object, Object> values = new LinkedHashMap<>();
      entries.forEach((key, value) -> values.put(key.value(scope), value.value(scope)));
      return values;
    };
  }

  /** Adds members, subscripts and calls to a value. */
  private Expression members(Expression first) {
    Expression value = first;
    while (true) {
      Expression of = value;
      if (tokens.skip("(")) {
        Call call = arguments();
        value = scope -> scope.counted(Functions.call(of.value(scope), call.in(scope)));
      } else if (tokens.skip("[")) {
        value = subscript(of);
      } else if (tokens.skip(".")) {
        String member = tokens.name();
        value = scope -> Functions.member(of.value(scope), member);
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression of) {
    List<Expression> parts = new ArrayList<>();
    do {
      boolean isEmpty = tokens.isNext(List.of(":", "]"));
      parts.add(isEmpty ? constant(Python.NONE) : expression());
    } while (tokens.skip(":"));
    tokens.expect("]");
    return parts.size() == 1
        ? scope -> Python.item(of.value(scope), parts.get(0).value(scope))
        : scope -> Python.slice(of.value(scope), parts.stream().map(p -> p.value(scope)).toList());
  }

  /** The arguments of a call, before they are computed. */
  private record Call(List<Expression> positional, Map<String, Expression> named) {
    Arguments in(Scope scope) {
      Map<String, Object> byName = new LinkedHashMap<>();
      named.forEach((name, value) -> byName.put(name, value.value(scope)));
      return new Arguments(positional.stream().map(p -> p.value(scope)).toList(), byName);
    }
  }

  private Call arguments() {
    Call call = new Call(new ArrayList<>(), new LinkedHashMap<>());
    while (!tokens.skip(")")) {
      String name = tokens.argument();
      if (name.isEmpty()) {
        call.positional.add(expression());
      } else {
        call.named.put(name, expression());
      }
      tokens.separate(")");
    }
    return call;
  }

  /** Adds filters and tests to a value. */
  private Expression filtered(Expression first, boolean wanted) {
    Expression value = first;
    while (wanted && tokens.isNext(List.of("|", "is"))) {
      Expression of = value;
      boolean isTest = tokens.next().text().equals("is");
      boolean expected = !(isTest && tokens.skip("not"));
      String name = Functions.known(tokens.name(), isTest);
      Call call = new Call(List.of(), Map.of());
      if (tokens.skip("(")) {
        call = arguments();
      } else if (isTest && Functions.COMPARING.contains(name)) {
        call = new Call(List.of(members(primary())), Map.of());
      }
      Call with = call;
      value =
          isTest
              ? scope -> Functions.test(name, of.value(scope), with.in(scope)) == expected
              : scope -> scope.counted(Functions.filter(name, of.value(scope), with.in(scope)));
    }
    return value;
  }
}
