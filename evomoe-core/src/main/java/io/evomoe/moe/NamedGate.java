package io.evomoe.moe;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A gate whose refusals begin with its name and layer, and whose answers are looked at: assignments
 * and weights out of bounds, tokens or experts of another number, a loss that is not finite.
 */
public final class NamedGate implements Gate {
  private final String description;
  private final int experts;
  private final Gate gate;

  /**
   * Puts names on a gate.
   *
   * @param name the gate's
   * @param layer dotted name of the layer it serves
   * @param experts that the layer has
   */
  public NamedGate(String name, String layer, int experts, Gate gate) {
    this.description = "gate %s of layer %s: ".formatted(name, layer);
    this.experts = experts;
    this.gate = gate;
  }

  /**
   * Routes tokens.
   *
   * @throws IllegalArgumentException if the gate assigns what does not exist, or a weight that is
   *     negative or not finite, or routes to another number of experts than the layer has or
   *     another number of tokens than there are
   * @throws NotFiniteException if the gate gives a loss that is not finite
   */
  @Override
  public Routed route(INDArray tokens, Pass pass) {
    try {
      return checked(gate.route(tokens, pass), pass.tokens().size());
    } catch (IllegalArgumentException refusal) {
      throw new IllegalArgumentException(description + refusal.getMessage(), refusal);
    }
  }

  private Routed checked(Routed routed, int tokens) {
    Routing routing = routed.routing();
    require("tokens of the routing", tokens, routing.tokenCount());
    require("experts of the routing", experts, routing.experts());
    if (!Double.isFinite(routed.auxLoss())) {
      throw new NotFiniteException(description + "auxLoss must be finite, was " + routed.auxLoss());
    }
    return routed;
  }

  private static void require(String what, int expected, int actual) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          "%s must be %d, were %d".formatted(what, expected, actual));
    }
  }

  @Override
  public List<Parameter> parameters() {
    return gate.parameters();
  }

  @Override
  public long idleParameters() {
    return gate.idleParameters();
  }

  @Override
  public List<GateState> state() {
    return gate.state();
  }

  @Override
  public Map<String, Double> losses() {
    return gate.losses();
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return gate.topKRouting(step);
  }
}
