package io.evomoe.moe;

import io.evomoe.moe.GateProvider.ExpertLifecycle;
import java.util.function.Function;

/**
 * Gates of a test: what {@code maker} makes.
 *
 * @param maker gives a gate to each layer
 */
public record TestGates(
    String name,
    ExpertLifecycle growth,
    Placement placement,
    ExpertForm expertForm,
    Function<GateSpec, Gate> maker)
    implements GateProvider {

  /** Gates of plain experts from the start, in a branch. */
  public static TestGates of(String name, Function<GateSpec, Gate> maker) {
    return new TestGates(
        name, ExpertLifecycle.FROM_START, Placement.BRANCH, ExpertForm.PLAIN, maker);
  }

  @Override
  public String description() {
    return "of a test";
  }

  @Override
  public Gate create(GateSpec spec) {
    return maker.apply(spec);
  }
}
