package io.evomoe.moe;

import io.evomoe.internal.names.Suggestion;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the options of a gate, each with its type, default and bounds. Options that are set but
 * never read are rejected.
 */
public final class GateOptions {
  private static final Bounds COEFFICIENTS = Bounds.atLeast(0).atMost(1000);

  private final String gate;
  private final Map<String, String> written;
  private final Set<String> known = new TreeSet<>();

  private GateOptions(String gate, Map<String, String> written) {
    this.gate = gate;
    this.written = written;
  }

  /**
   * Reads all options of a gate.
   *
   * @param gate name of the gate, for messages
   * @param spec holds the options as written
   * @param reader reads every option that the gate has
   * @throws IllegalArgumentException if an option is unknown or out of bounds
   */
  public static <T> T read(String gate, GateSpec spec, Function<GateOptions, T> reader) {
    GateOptions options = new GateOptions(gate, spec.options());
    T result = reader.apply(options);
    options.refuseUnknown();
    return result;
  }

  /** Rejects every option, for a gate that has none. */
  public static void none(String gate, GateSpec spec) {
    new GateOptions(gate, spec.options()).refuseUnknown();
  }

  /** Returns a number. Infinity is written {@code infinite}. */
  public double number(String name, double standard, Bounds bounds) {
    String text = text(name, Double.toString(standard));
    double value = parse(text);
    if (!bounds.contains(value)) {
      throw refusal(name, "a number " + bounds, text);
    }
    return value;
  }

  /**
   * Returns the coefficient of a loss, from 0 to 1,000. Gate losses are of the same order as the
   * task loss, so a larger coefficient would drown the task.
   */
  public double coefficient(String name, double standard) {
    return number(name, standard, COEFFICIENTS);
  }

  /** Returns an integer. */
  public int integer(String name, int standard, Bounds bounds) {
    String text = text(name, Integer.toString(standard));
    double value = parse(text);
    if (!bounds.contains(value) || value != (int) value) {
      throw refusal(name, "a whole number " + bounds, text);
    }
    return (int) value;
  }

  /** Returns {@code true} or {@code false}. */
  public boolean flag(String name, boolean standard) {
    String text = text(name, Boolean.toString(standard));
    if (!text.equals("true") && !text.equals("false")) {
      throw refusal(name, "true or false", text);
    }
    return text.equals("true");
  }

  /** Returns a constant of an enumeration, written in lower case. */
  public <T extends Enum<T>> T choice(String name, T standard) {
    String text = text(name, written(standard));
    T[] choices = standard.getDeclaringClass().getEnumConstants();
    for (T choice : choices) {
      if (written(choice).equals(text)) {
        return choice;
      }
    }
    String all = Arrays.stream(choices).map(c -> written(c)).collect(Collectors.joining(", "));
    throw refusal(name, "one of " + all, text);
  }

  private String text(String name, String standard) {
    known.add(name);
    return written.getOrDefault(name, standard).strip();
  }

  private void refuseUnknown() {
    Set<String> unknown = new TreeSet<>(written.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      String list = known.isEmpty() ? "none" : String.join(", ", known);
      throw new IllegalArgumentException(
          "gate %s has no option %s; its options: %s%s"
              .formatted(
                  gate,
                  String.join(", ", unknown),
                  list,
                  Suggestion.text(unknown.iterator().next(), known)));
    }
  }

  private IllegalArgumentException refusal(String name, String bound, String text) {
    return new IllegalArgumentException(
        "option %s of gate %s must be %s, was %s".formatted(name, gate, bound, text));
  }

  private static double parse(String text) {
    if (text.equals("infinite")) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException notANumber) {
      return Double.NaN;
    }
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
