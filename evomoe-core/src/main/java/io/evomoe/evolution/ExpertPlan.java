package io.evomoe.evolution;

import io.evomoe.kernel.Activation;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.NamedGate;
import io.evomoe.moe.Placement;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Expert;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Layer;
import io.evomoe.nn.LayerNorm;
import io.evomoe.nn.ResidualFeedForward;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import java.util.Map;

/**
 * What the MoE layers of a model have in common.
 *
 * @param gates makes the gate of each layer, and says when there are experts
 * @param gateOptions options of the gate, by name
 * @param experts E, at least 1
 * @param sharedExperts nets of the experts' form that every token uses beside them, at least 0
 * @param moeLayers MoE layers in the model
 * @param width d
 * @param hidden width inside an expert
 * @param activation inside an expert
 * @param initialization of the experts' weights
 * @param vocabulary number of token ids
 * @param causal whether a token's output must not depend on later tokens
 * @param training what is known of the training to come
 */
public record ExpertPlan(
    GateProvider gates,
    Map<String, String> gateOptions,
    int experts,
    int sharedExperts,
    int moeLayers,
    int width,
    int hidden,
    Activation activation,
    Initialization initialization,
    int vocabulary,
    boolean causal,
    TrainingFacts training) {

  /**
   * Refuses fewer than one expert, negative numbers, and a gate whose layer stands in the stream
   * but whose experts do not hand it through; keeps the options unmodifiable.
   */
  public ExpertPlan {
    if (experts < 1) {
      throw new IllegalArgumentException("experts must be at least 1, was " + experts);
    }
    if (sharedExperts < 0) {
      throw new IllegalArgumentException("sharedExperts must be at least 0, was " + sharedExperts);
    }
    if (gates.placement() == Placement.STREAM && gates.expertForm() != ExpertForm.RESIDUAL) {
      throw new IllegalArgumentException(
          "expertForm of gate %s must be RESIDUAL, for its layer takes the stream, was %s"
              .formatted(gates.name(), gates.expertForm()));
    }
    gateOptions = Map.copyOf(gateOptions);
  }

  /** A plan without shared experts, for a training of which nothing is known. */
  public ExpertPlan(
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
    this(
        gates,
        gateOptions,
        experts,
        0,
        moeLayers,
        width,
        hidden,
        activation,
        initialization,
        vocabulary,
        causal,
        TrainingFacts.UNKNOWN);
  }

  Gate gate(Scope scope) {
    GateSpec spec =
        new GateSpec(scope, width, experts, moeLayers, vocabulary, causal, gateOptions, training);
    return new NamedGate(gates.name(), scope.name(), experts, gates.create(spec));
  }

  /**
   * A net for every token, whose output is added to that of the experts: an expert, or what one
   * adds to the stream where the experts carry that already.
   */
  Layer sharedExpert(Scope scope) {
    if (gates.placement() == Placement.BRANCH) {
      return expert(scope);
    }
    return Sequential.of(
        new LayerNorm(scope.child("norm"), width),
        new FeedForward(scope, width, hidden, activation, initialization.silent()));
  }

  Expert expert(Scope scope) {
    return switch (gates.expertForm()) {
      case PLAIN -> new FeedForward(scope, width, hidden, activation, initialization);
      case RESIDUAL -> new ResidualFeedForward(scope, width, hidden, activation, initialization);
    };
  }
}
