package io.evomoe.models.internal.jinja;

import java.util.Map;

/**
 * A chat template in the part of Jinja's language that such templates use, rendered as Hugging
 * Face's library does: blocks are trimmed ({@code trim_blocks}, {@code lstrip_blocks}), nothing is
 * escaped, and {@code break}, {@code continue}, {@code generation}, {@code raise_exception} and
 * {@code strftime_now} exist. Templates cannot reach Java, files or other templates. Thread-safe.
 */
public final class JinjaTemplate {
  private final Statement body;

  private JinjaTemplate(Statement body) {
    this.body = body;
  }

  /**
   * Parses a template.
   *
   * @throws IllegalArgumentException with the line, if it is none, or uses an unknown tag, filter
   *     or test
   */
  public static JinjaTemplate parse(String source) {
    try {
      return new JinjaTemplate(new JinjaParser(new JinjaLexer(source).tokens()).template());
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("nests too deeply", e);
    }
  }

  /**
   * Renders the template.
   *
   * @param variables text, booleans, lists and maps by name
   * @throws IllegalArgumentException with the line, if the template fails, rejects the variables,
   *     takes too long, or writes too much
   */
  public String render(Map<String, Object> variables) {
    Scope scope = new Scope(variables);
    try {
      return scope.captured(body);
    } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
      throw new IllegalArgumentException("line %d: %s".formatted(scope.line(), e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("nests too deeply", e);
    }
  }

  /** A part of a template that writes text or sets variables. */
  interface Statement {
    /** How a loop continues after a statement. */
    enum Flow {
      NEXT,
      BREAK,
      CONTINUE
    }

    Flow run(Scope scope);
  }

  /** A part of a template with a value. */
  interface Expression {
    Object value(Scope scope);
  }
}
