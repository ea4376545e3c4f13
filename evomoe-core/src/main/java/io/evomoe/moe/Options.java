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
 * Reads the options of a part that is chosen by name, e.g. a gate or an optimizer. Each option has
 * a type, a default and bounds. Options that are set but never read are rejected.
 */
public class Options {
  private final String owner;
  private final Map<String, String> written;
  private final Set<String> known = new TreeSet<>();

  Options(String owner, Map<String, String> written) {
    this.owner = owner;
    this.written = written;
  }

  /**
   * Reads all options of a part.
   *
   * @param owner kind and name of the part, for messages, e.g. {@code optimizer muon}
   * @param written the options as written in YAML
   * @param reader reads every option that the part has
   * @throws IllegalArgumentException if an option is unknown or out of bounds
   */
  public static <T> T read(String owner, Map<String, String> written, Function<Options, T> reader) {
    Options options = new Options(owner, written);
    T result = reader.apply(options);
    options.refuseUnknown();
    return result;
  }

  /** Returns a number. Infinity is written {@code infinite}. */
  public final double number(String name, double standard, Bounds bounds) {
    String text = text(name, Double.toString(standard));
    double value = parse(text);
    if (!bounds.contains(value)) {
      throw refusal(name, "a number " + bounds, text);
    }
    return value;
  }

  /** Returns an integer. */
  public final int integer(String name, int standard, Bounds bounds) {
    String text = text(name, Integer.toString(standard));
    double value = parse(text);
    if (!bounds.contains(value) || value != (int) value) {
      throw refusal(name, "a whole number " + bounds, text);
    }
    return (int) value;
  }

  /** Returns {@code true} or {@code false}. */
  public final boolean flag(String name, boolean standard) {
    String text = text(name, Boolean.toString(standard));
    if (!text.equals("true") && !text.equals("false")) {
      throw refusal(name, "true or false", text);
    }
    return text.equals("true");
  }

  /** Returns a constant of an enumeration, written in lower case. */
  public final <T extends Enum<T>> T choice(String name, T standard) {
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

  final void refuseUnknown() {
    Set<String> unknown = new TreeSet<>(written.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      String list = known.isEmpty() ? "none" : String.join(", ", known);
      throw new IllegalArgumentException(
          "%s has no option %s; its options: %s%s"
              .formatted(
                  owner,
                  String.join(", ", unknown),
                  list,
                  Suggestion.text(unknown.iterator().next(), known)));
    }
  }

  private IllegalArgumentException refusal(String name, String bound, String text) {
    return new IllegalArgumentException(
        "option %s of %s must be %s, was %s".formatted(name, owner, bound, text));
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
