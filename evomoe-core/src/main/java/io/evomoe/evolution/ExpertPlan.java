package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Gates;
import io.evomoe.moe.Placement;
import io.evomoe.nn.Expert;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Layer;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.ResidualFeedForward;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;

/**
 * The settings that the MoE layers of a model share.
 *
 * @param gates creates the gate of each layer and says when there are experts
 * @param experts E, at least 1
 * @param shared nets that every token uses in addition to its experts
 * @param layers number of MoE layers in the stack
 * @param moeLayers number of MoE layers in the model
 * @param feedForward shape of an expert; shared experts differ only in the intermediate size
 * @param norm norm of experts that are placed in the residual stream
 * @param initialization initialisation of the experts' weights
 * @param vocabulary number of token ids
 * @param causal whether a token's output must not depend on later tokens
 */
public record ExpertPlan(
    Gates gates,
    int experts,
    SharedExperts shared,
    int layers,
    int moeLayers,
    FeedForwardConfig feedForward,
    NormConfig norm,
    Initialization initialization,
    int vocabulary,
    boolean causal) {

  /**
   * Rejects fewer than one expert. Also rejects a gate whose layer is in the residual stream but
   * whose experts do not pass the stream on.
   */
  public ExpertPlan {
    FieldBound.atLeast("experts", experts, 1);
    GateProvider provider = gates.provider();
    if (provider.placement() == Placement.STREAM && provider.expertForm() != ExpertForm.RESIDUAL) {
      throw new IllegalArgumentException(
          "expertForm of gate %s must be RESIDUAL, because its layer is in the residual stream, was %s"
              .formatted(provider.name(), provider.expertForm()));
    }
  }

  Gate gate(Scope scope, int layer) {
    GateSpec spec =
        new GateSpec(
            scope,
            feedForward.hiddenSize(),
            experts,
            layer,
            layers,
            moeLayers,
            vocabulary,
            causal,
            gates.options(),
            gates.training());
    return gates.provider().create(spec);
  }

  /**
   * Creates a net for every token whose output is added to that of the experts. If the experts
   * already carry the stream, the net has no residual.
   */
  Layer sharedExpert(Scope scope) {
    FeedForwardConfig ofShared = feedForward.withIntermediateSize(shared.intermediateSize());
    if (gates.provider().placement() == Placement.BRANCH) {
      return expert(scope, ofShared);
    }
    return Sequential.of(
        norm.in(scope.child("norm"), feedForward.hiddenSize()),
        new FeedForward(scope, ofShared, initialization.silent()));
  }

  Expert expert(Scope scope) {
    return expert(scope, feedForward);
  }

  private Expert expert(Scope scope, FeedForwardConfig of) {
    return switch (gates.provider().expertForm()) {
      case PLAIN -> new FeedForward(scope, of, initialization);
      case RESIDUAL -> new ResidualFeedForward(scope, norm, of, initialization);
    };
  }
}
