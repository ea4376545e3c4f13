package io.evomoe.evolution;

import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Gates;
import io.evomoe.moe.NamedGate;
import io.evomoe.moe.Placement;
import io.evomoe.nn.Expert;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Layer;
import io.evomoe.nn.NormForm;
import io.evomoe.nn.ResidualFeedForward;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;

/**
 * What the MoE layers of a model have in common.
 *
 * @param gates makes the gate of each layer, and says when there are experts
 * @param experts E, at least 1
 * @param shared nets that every token uses beside them
 * @param layers MoE layers in the stack
 * @param moeLayers MoE layers in the model
 * @param form of an expert; of a shared one but for its width inside
 * @param norm that experts have which stand in the stream
 * @param initialization of the experts' weights
 * @param vocabulary number of token ids
 * @param causal whether a token's output must not depend on later tokens
 */
public record ExpertPlan(
    Gates gates,
    int experts,
    SharedExperts shared,
    int layers,
    int moeLayers,
    FeedForwardForm form,
    NormForm norm,
    Initialization initialization,
    int vocabulary,
    boolean causal) {

  /**
   * Refuses fewer than one expert, and a gate whose layer stands in the stream but whose experts do
   * not hand it through.
   */
  public ExpertPlan {
    if (experts < 1) {
      throw new IllegalArgumentException("experts must be at least 1, was " + experts);
    }
    GateProvider provider = gates.provider();
    if (provider.placement() == Placement.STREAM && provider.expertForm() != ExpertForm.RESIDUAL) {
      throw new IllegalArgumentException(
          "expertForm of gate %s must be RESIDUAL, for its layer takes the stream, was %s"
              .formatted(provider.name(), provider.expertForm()));
    }
  }

  Gate gate(Scope scope, int layer) {
    GateSpec spec =
        new GateSpec(
            scope,
            form.width(),
            experts,
            layer,
            layers,
            moeLayers,
            vocabulary,
            causal,
            gates.options(),
            gates.training());
    GateProvider provider = gates.provider();
    return new NamedGate(provider.name(), scope.name(), provider.create(spec));
  }

  /**
   * A net for every token, whose output is added to that of the experts: an expert, or what one
   * adds to the stream where the experts carry that already.
   */
  Layer sharedExpert(Scope scope) {
    FeedForwardForm ofShared = form.withHidden(shared.hidden());
    if (gates.provider().placement() == Placement.BRANCH) {
      return expert(scope, ofShared);
    }
    return Sequential.of(
        norm.in(scope.child("norm"), form.width()),
        new FeedForward(scope, ofShared, initialization.silent()));
  }

  Expert expert(Scope scope) {
    return expert(scope, form);
  }

  private Expert expert(Scope scope, FeedForwardForm of) {
    return switch (gates.provider().expertForm()) {
      case PLAIN -> new FeedForward(scope, of, initialization);
      case RESIDUAL -> new ResidualFeedForward(scope, norm, of, initialization);
    };
  }
}
