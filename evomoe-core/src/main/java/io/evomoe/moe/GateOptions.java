package io.evomoe.moe;

import io.evomoe.moe.Options.Bounds;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The {@link Options} of a gate. */
public final class GateOptions extends Options {
  private static final Bounds COEFFICIENTS = Bounds.atLeast(0).atMost(1000);

  private GateOptions(String gate, Map<String, String> written) {
    super("gate " + gate, written);
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
    return read(gate, spec, Map.of(), reader);
  }

  /**
   * Reads all options of a gate that is a form of another one.
   *
   * @param form options of the form; those in {@code spec} take precedence
   */
  public static <T> T read(
      String gate, GateSpec spec, Map<String, String> form, Function<GateOptions, T> reader) {
    Map<String, String> written = new HashMap<>(form);
    written.putAll(spec.options());
    GateOptions options = new GateOptions(gate, written);
    T result = reader.apply(options);
    options.refuseUnknown();
    return result;
  }

  /** Rejects every option, for a gate that has none. */
  public static void none(String gate, GateSpec spec) {
    new GateOptions(gate, spec.options()).refuseUnknown();
  }

  /**
   * Returns the coefficient of a loss, from 0 to 1,000. Gate losses are of the same order as the
   * task loss, so a larger coefficient would drown the task.
   */
  public double coefficient(String name, double standard) {
    return number(name, standard, COEFFICIENTS);
  }
}
