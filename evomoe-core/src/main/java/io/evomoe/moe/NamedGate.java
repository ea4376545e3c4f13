package io.evomoe.moe;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A gate that checks the results of another gate and adds the gate's name and layer to error
 * messages. It rejects invalid assignments and weights, and losses that are not finite. {@link
 * MoeLayer} checks the numbers of tokens and experts.
 */
public final class NamedGate implements Gate {
  private final String description;
  private final Gate gate;

  /**
   * Wraps a gate.
   *
   * @param name name of the gate
   * @param layer dotted name of the layer it serves
   */
  public NamedGate(String name, String layer, Gate gate) {
    this.description = "gate %s of layer %s: ".formatted(name, layer);
    this.gate = gate;
  }

  /**
   * Routes tokens.
   *
   * @throws IllegalArgumentException if the gate assigns a token or expert that does not exist, or
   *     a weight that is negative or not finite
   * @throws NotFiniteException if the gate's loss is not finite
   */
  @Override
  public Routed route(INDArray tokens, Pass pass) {
    try {
      return checked(gate.route(tokens, pass));
    } catch (IllegalArgumentException refusal) {
      throw new IllegalArgumentException(description + refusal.getMessage(), refusal);
    }
  }

  private Routed checked(Routed routed) {
    if (!Double.isFinite(routed.auxLoss())) {
      throw new NotFiniteException(description + "auxLoss must be finite, was " + routed.auxLoss());
    }
    return routed;
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
