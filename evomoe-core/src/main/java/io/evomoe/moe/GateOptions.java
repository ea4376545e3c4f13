package io.evomoe.moe;

import io.evomoe.moe.Options.Bounds;
import java.util.function.Function;

/** The {@link Options} of a gate. */
public final class GateOptions extends Options {
  private static final Bounds COEFFICIENTS = Bounds.atLeast(0).atMost(1000);

  private GateOptions(String gate, GateSpec spec) {
    super("gate " + gate, spec.options());
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
    GateOptions options = new GateOptions(gate, spec);
    T result = reader.apply(options);
    options.refuseUnknown();
    return result;
  }

  /** Rejects every option, for a gate that has none. */
  public static void none(String gate, GateSpec spec) {
    new GateOptions(gate, spec).refuseUnknown();
  }

  /**
   * Returns the coefficient of a loss, from 0 to 1,000. Gate losses are of the same order as the
   * task loss, so a larger coefficient would drown the task.
   */
  public double coefficient(String name, double standard) {
    return number(name, standard, COEFFICIENTS);
  }
}
