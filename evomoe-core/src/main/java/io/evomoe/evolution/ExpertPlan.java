package io.evomoe.evolution;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Gates;
import io.evomoe.moe.NamedGate;
import io.evomoe.moe.Placement;
import io.evomoe.nn.Expert;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Layer;
import io.evomoe.nn.LayerNorm;
import io.evomoe.nn.ResidualFeedForward;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;

/**
 * What the MoE layers of a model have in common.
 *
 * @param gates makes the gate of each layer, and says when there are experts
 * @param experts E, at least 1
 * @param sharedExperts nets of the experts' form that every token uses beside them, at least 0
 * @param moeLayers MoE layers in the model
 * @param width d
 * @param hidden width inside an expert
 * @param activation inside an expert
 * @param initialization of the experts' weights
 * @param vocabulary number of token ids
 * @param causal whether a token's output must not depend on later tokens
 */
public record ExpertPlan(
    Gates gates,
    int experts,
    int sharedExperts,
    int moeLayers,
    int width,
    int hidden,
    ActivationFunction activation,
    Initialization initialization,
    int vocabulary,
    boolean causal) {

  /**
   * Refuses fewer than one expert, negative numbers, and a gate whose layer stands in the stream
   * but whose experts do not hand it through.
   */
  public ExpertPlan {
    if (experts < 1) {
      throw new IllegalArgumentException("experts must be at least 1, was " + experts);
    }
    if (sharedExperts < 0) {
      throw new IllegalArgumentException("sharedExperts must be at least 0, was " + sharedExperts);
    }
    GateProvider provider = gates.provider();
    if (provider.placement() == Placement.STREAM && provider.expertForm() != ExpertForm.RESIDUAL) {
      throw new IllegalArgumentException(
          "expertForm of gate %s must be RESIDUAL, for its layer takes the stream, was %s"
              .formatted(provider.name(), provider.expertForm()));
    }
  }

  Gate gate(Scope scope) {
    GateSpec spec =
        new GateSpec(
            scope,
            width,
            experts,
            moeLayers,
            vocabulary,
            causal,
            gates.options(),
            gates.training());
    GateProvider provider = gates.provider();
    return new NamedGate(provider.name(), scope.name(), experts, provider.create(spec));
  }

  /**
   * A net for every token, whose output is added to that of the experts: an expert, or what one
   * adds to the stream where the experts carry that already.
   */
  Layer sharedExpert(Scope scope) {
    if (gates.provider().placement() == Placement.BRANCH) {
      return expert(scope);
    }
    return Sequential.of(
        new LayerNorm(scope.child("norm"), width),
        new FeedForward(scope, width, hidden, activation, initialization.silent()));
  }

  Expert expert(Scope scope) {
    return switch (gates.provider().expertForm()) {
      case PLAIN -> new FeedForward(scope, width, hidden, activation, initialization);
      case RESIDUAL -> new ResidualFeedForward(scope, width, hidden, activation, initialization);
    };
  }
}
