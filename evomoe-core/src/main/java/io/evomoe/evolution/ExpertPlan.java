package io.evomoe.evolution;

import io.evomoe.kernel.Activation;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.NamedGate;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Scope;
import java.util.Map;

/**
 * What the MoE layers of a model have in common.
 *
 * @param gates makes the gate of each layer, and says when there are experts
 * @param gateOptions options of the gate, by name
 * @param experts E, at least 1
 * @param moeLayers MoE layers in the model
 * @param width d
 * @param hidden width inside an expert
 * @param activation inside an expert
 * @param initialization of the experts' weights
 * @param vocabulary number of token ids
 * @param causal whether a token's output must not depend on later tokens
 */
public record ExpertPlan(
    GateProvider gates,
    Map<String, String> gateOptions,
    int experts,
    int moeLayers,
    int width,
    int hidden,
    Activation activation,
    Initialization initialization,
    int vocabulary,
    boolean causal) {

  /** Refuses fewer than one expert; keeps the options unmodifiable. */
  public ExpertPlan {
    if (experts < 1) {
      throw new IllegalArgumentException("experts must be at least 1, was " + experts);
    }
    gateOptions = Map.copyOf(gateOptions);
  }

  Gate gate(Scope scope) {
    Gate gate =
        gates.create(
            new GateSpec(scope, width, experts, moeLayers, vocabulary, causal, gateOptions));
    return new NamedGate(gates.name(), scope.name(), gate);
  }
}
