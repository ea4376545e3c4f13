package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/** A provider of a gate that reads its own options. */
abstract class BuiltInProvider implements GateProvider {
  private final String name;
  private final String description;
  private final Map<String, String> form;
  private final BiFunction<GateSpec, Options, Gate> gate;

  /**
   * Describes a gate.
   *
   * @param gate creates the gate and reads all of its options
   */
  BuiltInProvider(String name, String description, BiFunction<GateSpec, Options, Gate> gate) {
    this(name, description, Map.of(), gate);
  }

  /**
   * Describes a gate that is another one with other defaults.
   *
   * @param form its defaults, by option
   * @param gate creates the gate and reads all of its options
   */
  BuiltInProvider(
      String name,
      String description,
      Map<String, String> form,
      BiFunction<GateSpec, Options, Gate> gate) {
    this.name = name;
    this.description = description;
    this.form = form;
    this.gate = gate;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String description() {
    return description;
  }

  @Override
  public final Gate create(GateSpec spec) {
    refusal(spec.causal())
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("gate " + name + " " + reason);
            });
    Map<String, String> written = new HashMap<>(form);
    written.putAll(spec.options());
    return Options.read("gate " + name, written, options -> gate.apply(spec, options));
  }
}
