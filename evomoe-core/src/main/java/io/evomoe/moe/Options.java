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
public final class Options {
  static final Bounds COEFFICIENTS = Bounds.atLeast(0).atMost(1000);

  private final String owner;
  private final Map<String, String> written;
  private final Set<String> known = new TreeSet<>();

  private Options(String owner, Map<String, String> written) {
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

  /**
   * Reads all options of a gate.
   *
   * @param gate name of the gate, for messages
   * @param spec holds the options as written
   * @param reader reads every option that the gate has
   * @throws IllegalArgumentException if an option is unknown or out of bounds
   */
  public static <T> T ofGate(String gate, GateSpec spec, Function<Options, T> reader) {
    return read("gate " + gate, spec.options(), reader);
  }

  /** Rejects every option, for a gate that has none. */
  public static void none(String gate, GateSpec spec) {
    new Options("gate " + gate, spec.options()).refuseUnknown();
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

  /** Returns an integer. */
  public int integer(String name, int standard, Bounds bounds) {
    String text = text(name, Integer.toString(standard));
    double value = parse(text);
    if (!bounds.contains(value) || value != (int) value) {
      throw refusal(name, "a whole number " + bounds, text);
    }
    return (int) value;
  }

  /**
   * Returns the coefficient of a gate's loss, from 0 to 1,000. Gate losses are of the same order as
   * the task loss, so a larger coefficient would drown the task.
   */
  public double coefficient(String name, double standard) {
    return number(name, standard, COEFFICIENTS);
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

  /**
   * The values that a numeric option accepts.
   *
   * @param min the lower end
   * @param includesMin whether {@code min} itself is allowed
   * @param max the upper end
   * @param includesMax whether {@code max} itself is allowed
   */
  public record Bounds(double min, boolean includesMin, double max, boolean includesMax) {

    /** Returns the bounds for finite numbers of at least {@code min}. */
    public static Bounds atLeast(double min) {
      return new Bounds(min, true, Double.POSITIVE_INFINITY, false);
    }

    /** Returns the bounds for finite numbers greater than {@code min}. */
    public static Bounds above(double min) {
      return new Bounds(min, false, Double.POSITIVE_INFINITY, false);
    }

    /** Returns these bounds with the inclusive upper end {@code end}. */
    public Bounds atMost(double end) {
      return new Bounds(min, includesMin, end, true);
    }

    /** Returns these bounds with the exclusive upper end {@code end}. */
    public Bounds below(double end) {
      return new Bounds(min, includesMin, end, false);
    }

    /** Returns these bounds with infinity allowed too. */
    public Bounds orInfinite() {
      return atMost(Double.POSITIVE_INFINITY);
    }

    /** Returns whether {@code value} is allowed. NaN is never allowed. */
    public boolean contains(double value) {
      boolean aboveMin = includesMin ? value >= min : value > min;
      boolean belowMax = includesMax ? value <= max : value < max;
      return aboveMin && belowMax;
    }

    /** Returns the bounds in words, e.g. {@code at least 0 and below 1}. */
    @Override
    public String toString() {
      String lower = (includesMin ? "at least " : "above ") + plain(min);
      if (Double.isInfinite(max)) {
        return lower + (includesMax ? " or infinite" : "");
      }
      return lower + " and " + (includesMax ? "at most " : "below ") + plain(max);
    }

    private static String plain(double value) {
      return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
  }
}
