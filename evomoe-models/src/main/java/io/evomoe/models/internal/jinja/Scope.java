package io.evomoe.models.internal.jinja;

import io.evomoe.models.internal.jinja.JinjaTemplate.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a block, inside those of the blocks around it. */
final class Scope {
  /** Maximum number of operations, which take about a second. */
  private static final long OPERATIONS = 1 << 21;

  private final @Nullable Scope around;
  private final Map<String, Object> names = new HashMap<>();
  private final Rendering rendering;

  /** The state of a rendering, which all of its scopes share. */
  private static final class Rendering {
    private StringBuilder output = new StringBuilder();
    private int line = 1;
    private long operations;
  }

  Scope(Map<String, Object> variables) {
    around = null;
    rendering = new Rendering();
    names.putAll(variables);
  }

  private Scope(Scope around) {
    this.around = around;
    this.rendering = around.rendering;
  }

  Scope inner() {
    return new Scope(this);
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.around) {
      Object value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return Functions.global(name);
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  void write(String text) {
    Python.requireShort((long) rendering.output.length() + text.length());
    rendering.output.append(text);
  }

  /** Returns the text that a statement writes, which does not become output. */
  String captured(Statement statement) {
    StringBuilder before = rendering.output;
    rendering.output = new StringBuilder();
    Statement.Flow unused = statement.run(this);
    String text = rendering.output.toString();
    rendering.output = before;
    return text;
  }

  /** Notes the line of a statement, for messages. */
  void at(int line) {
    rendering.line = line;
  }

  int line() {
    return rendering.line;
  }

  /** Returns the value of an operation, and rejects a template with too many of them. */
  Object counted(Object value) {
    rendering.operations += value instanceof String text ? 1 + text.length() / 64 : 1;
    if (rendering.operations > OPERATIONS) {
      throw new IllegalArgumentException("the template takes too long");
    }
    return value;
  }
}
