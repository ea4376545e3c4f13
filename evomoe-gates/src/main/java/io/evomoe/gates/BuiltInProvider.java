package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;

/** A provider of a gate that reads its own options. */
abstract class BuiltInProvider implements GateProvider {
  private final String name;
  private final String description;

  BuiltInProvider(String name, String description) {
    this.name = name;
    this.description = description;
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
    return GateOptions.read(name, spec, options -> create(spec, options));
  }

  /** Creates the gate. It must read all of its options. */
  abstract Gate create(GateSpec spec, GateOptions options);
}
