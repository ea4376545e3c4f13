package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertForm;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Gates;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Norm;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
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
        new Norm(scope.child("norm"), feedForward.hiddenSize(), norm),
        new FeedForward(scope, ofShared, initialization.silent()));
  }

  FeedForward expert(Scope scope) {
    return expert(scope, feedForward);
  }

  private FeedForward expert(Scope scope, FeedForwardConfig of) {
    return switch (gates.provider().expertForm()) {
      case PLAIN -> new FeedForward(scope, of, initialization);
      case RESIDUAL -> FeedForward.residual(scope, norm, of, initialization);
    };
  }

  /**
   * Nets in a MoE layer that every token uses in addition to its experts (DeepSeekMoE, arXiv
   * 2401.06066, section 3.2).
   *
   * @param count number of nets, at least 0
   * @param intermediateSize intermediate size of each net, at least 1
   * @param gated whether their sum is multiplied by {@code sigmoid(x w)} of the token, as in
   *     Qwen2-MoE (Yang et al. 2024, arXiv 2407.10671)
   */
  public record SharedExperts(int count, int intermediateSize, boolean gated) {

    /** Rejects sizes out of bounds and a gate without shared experts. */
    public SharedExperts {
      FieldBound.atLeast("sharedExperts", count, 0);
      FieldBound.atLeast("sharedExpertIntermediateSize", intermediateSize, 1);
      if (gated && count == 0) {
        throw new IllegalArgumentException(
            "sharedGate needs sharedExperts of at least 1, was given with 0");
      }
    }

    /** Returns a copy with another intermediate size. */
    public SharedExperts withIntermediateSize(int other) {
      return new SharedExperts(count, other, gated);
    }
  }
}
