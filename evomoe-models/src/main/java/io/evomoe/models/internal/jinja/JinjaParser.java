package io.evomoe.models.internal.jinja;

import io.evomoe.models.internal.jinja.Functions.Arguments;
import io.evomoe.models.internal.jinja.JinjaLexer.Kind;
import io.evomoe.models.internal.jinja.JinjaLexer.Token;
import io.evomoe.models.internal.jinja.JinjaTemplate.Expression;
import io.evomoe.models.internal.jinja.JinjaTemplate.Statement;
import io.evomoe.models.internal.jinja.JinjaTemplate.Statement.Flow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes statements of tokens. */
final class JinjaParser {
  private final TokenReader tokens;
  private final ExpressionParser expressions;

  JinjaParser(List<Token> tokens) {
    this.tokens = new TokenReader(tokens);
    this.expressions = new ExpressionParser(this.tokens);
  }

  Statement template() {
    return body();
  }

  /** Reads statements up to one of these tags, whose name it passes. */
  private Statement body(String... ends) {
    List<Statement> all = new ArrayList<>();
    while (!tokens.isNext(Kind.END)) {
      Token token = tokens.next();
      if (token.kind() == Kind.TEXT) {
        all.add(write(token.line(), scope -> token.text()));
      } else if (token.kind() == Kind.OUTPUT) {
        all.add(write(token.line(), expressions.tuple()));
        tokens.close();
      } else {
        String tag = tokens.name();
        if (List.of(ends).contains(tag)) {
          return sequence(all);
        }
        Statement statement = statement(tag, token.line());
        all.add(
            scope -> {
              scope.at(token.line());
              return statement.run(scope);
            });
      }
    }
    if (ends.length > 0) {
      throw tokens.unexpected("{% " + ends[ends.length - 1] + " %}");
    }
    return sequence(all);
  }

  private static Statement write(int line, Expression value) {
    return scope -> {
      scope.at(line);
      scope.write(Python.text(scope.counted(value.value(scope))));
      return Flow.NEXT;
    };
  }

  private static Statement sequence(List<Statement> all) {
    return scope -> {
      for (Statement statement : all) {
        Flow flow = statement.run(scope);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    };
  }

  private Statement statement(String tag, int line) {
    return switch (tag) {
      case "if" -> conditional();
      case "for" -> loop();
      case "set" -> assignment();
      case "macro" -> macro();
      case "generation" -> closed(block("endgeneration"));
      case "break" -> closed(scope -> Flow.BREAK);
      case "continue" -> closed(scope -> Flow.CONTINUE);
      default -> throw new IllegalArgumentException("line %d: unknown tag %s".formatted(line, tag));
    };
  }

  private Statement block(String... ends) {
    tokens.close();
    return body(ends);
  }

  private Statement closed(Statement statement) {
    tokens.close();
    return statement;
  }

  private Statement conditional() {
    Expression condition = expressions.tuple();
    Statement then = block("elif", "else", "endif");
    Statement otherwise =
        switch (tokens.passed()) {
          case "elif" -> conditional();
          case "else" -> closed(block("endif"));
          default -> closed(scope -> Flow.NEXT);
        };
    return scope -> (Python.isTrue(condition.value(scope)) ? then : otherwise).run(scope);
  }

  private Statement loop() {
    List<String> targets = tokens.names();
    if (!tokens.skip("in")) {
      throw tokens.unexpected("in");
    }
    Expression items = expressions.withoutCondition();
    Expression filter = tokens.skip("if") ? expressions.expression() : scope -> true;
    Statement body = block("else", "endfor");
    Statement otherwise = tokens.passed().equals("else") ? block("endfor") : scope -> Flow.NEXT;
    tokens.close();
    return scope -> {
      List<Object> chosen = new ArrayList<>();
      for (Object item : Python.items(items.value(scope))) {
        Scope inner = scope.inner();
        unpack(targets, scope.counted(item), inner);
        if (Python.isTrue(filter.value(inner))) {
          chosen.add(item);
        }
      }
      for (int i = 0; i < chosen.size(); i++) {
        Scope inner = scope.inner();
        inner.set("loop", position(chosen, i));
        unpack(targets, chosen.get(i), inner);
        if (body.run(inner) == Flow.BREAK) {
          break;
        }
      }
      return chosen.isEmpty() ? otherwise.run(scope) : Flow.NEXT;
    };
  }

  private static Map<String, Object> position(List<Object> items, int i) {
    int last = items.size() - 1;
    Map<String, Object> loop = new LinkedHashMap<>();
    loop.put("index", i + 1L);
    loop.put("index0", (long) i);
    loop.put("revindex", last - i + 1L);
    loop.put("revindex0", (long) last - i);
    loop.put("first", i == 0);
    loop.put("last", i == last);
    loop.put("length", last + 1L);
    loop.put("previtem", i > 0 ? items.get(i - 1) : new Python.Undefined("loop.previtem"));
    loop.put("nextitem", i < last ? items.get(i + 1) : new Python.Undefined("loop.nextitem"));
    return loop;
  }

  private static void unpack(List<String> targets, Object value, Scope scope) {
    List<Object> values = targets.size() == 1 ? List.of(value) : Python.items(value);
    if (values.size() != targets.size()) {
      throw new IllegalArgumentException(
          "must have %d values for %s, has %d".formatted(targets.size(), targets, values.size()));
    }
    for (int i = 0; i < values.size(); i++) {
      scope.set(targets.get(i), values.get(i));
    }
  }

  private Statement assignment() {
    List<String> targets = tokens.names();
    String member = tokens.skip(".") ? tokens.name() : "";
    Expression value;
    if (tokens.skip("=")) {
      value = expressions.tuple();
    } else {
      Statement body = block("endset");
      value = scope -> scope.inner().captured(body);
    }
    tokens.close();
    return scope -> {
      Object result = value.value(scope);
      if (member.isEmpty()) {
        unpack(targets, result, scope);
      } else if (scope.get(targets.get(0)) instanceof Functions.Namespace namespace) {
        namespace.values().put(member, result);
      } else {
        throw new IllegalArgumentException(
            "%s must be a namespace to set its %s".formatted(targets.get(0), member));
      }
      return Flow.NEXT;
    };
  }

  private Statement macro() {
    String name = tokens.name();
    Map<String, Expression> parameters = new LinkedHashMap<>();
    tokens.expect("(");
    while (!tokens.skip(")")) {
      String parameter = tokens.name();
      boolean isOptional = tokens.skip("=");
      parameters.put(
          parameter,
          isOptional ? expressions.expression() : scope -> new Python.Undefined(parameter));
      tokens.separate(")");
    }
    Statement body = closed(block("endmacro"));
    return scope -> {
      scope.set(
          name,
          (Functions.Function) given -> scope.counted(called(parameters, body, scope, given)));
      return Flow.NEXT;
    };
  }

  private static String called(
      Map<String, Expression> parameters, Statement body, Scope around, Arguments given) {
    Scope scope = around.inner();
    parameters.forEach(
        (name, byDefault) -> {
          int place = List.copyOf(parameters.keySet()).indexOf(name);
          scope.set(name, given.get(place, name).orElseGet(() -> byDefault.value(scope)));
        });
    return scope.captured(body);
  }
}
