package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The evolving layers of a model.
 *
 * @param places the layers in order
 */
public record EvolvingLayers(List<EvolvingFeedForward> places) {

  /** The layers of a model without MoE layers. */
  public static final EvolvingLayers NONE = new EvolvingLayers(List.of());

  /** Makes the list unmodifiable. */
  public EvolvingLayers {
    places = List.copyOf(places);
  }

  /** Returns when the layers get their experts. It is the same for all layers of a model. */
  public ExpertLifecycle growth() {
    return places.isEmpty() ? ExpertLifecycle.NEVER : places.get(0).growth();
  }

  /** Returns whether the temperature affects the gates; true as well if there are no layers. */
  public boolean usesTemperature() {
    return places.isEmpty() || places.get(0).provider().annealed();
  }

  /** Spawns experts in every layer, see {@link EvolvingFeedForward#spawn}. */
  public Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    Map<Parameter, Parameter> lineage = new LinkedHashMap<>();
    places.forEach(place -> lineage.putAll(place.spawn(method, seed)));
    return lineage;
  }

  /** Returns the arrays that the gates need saved besides their parameters. */
  public List<GateState> state() {
    return places.stream().flatMap(place -> place.state().stream()).toList();
  }

  /**
   * Returns a context in which every evaluated gate gives each token a fixed number of experts.
   * Gates with an annealing are in their hard phase; the others must have that number already.
   *
   * @param step context of which everything but the phase is kept
   * @param expertsPerToken experts per token, 1 to E
   * @throws IllegalArgumentException if a gate cannot do so, with the reason
   */
  public StepContext withExpertsPerToken(StepContext step, int expertsPerToken) {
    FieldBound.atLeast("expertsPerToken", expertsPerToken, 1);
    if (places.isEmpty()) {
      throw new IllegalArgumentException(
          "expertsPerToken must be left out for a model without experts, was " + expertsPerToken);
    }
    StepContext fixed = step.hard(expertsPerToken).evaluating();
    places.forEach(place -> requireExpertsPerToken(place, fixed));
    return fixed;
  }

  private static void requireExpertsPerToken(EvolvingFeedForward place, StepContext fixed) {
    int expertsPerToken = fixed.hardExperts();
    if (place.isMixture() && expertsPerToken > place.experts()) {
      throw new IllegalArgumentException(
          "expertsPerToken must be at most the experts, %d, was %d"
              .formatted(place.experts(), expertsPerToken));
    }
    TopKRouting routing = place.topKRouting(fixed);
    if (routing instanceof TopKRouting.Other other) {
      throw new IllegalArgumentException(
          "expertsPerToken must be left out, was %d: gate %s %s"
              .formatted(expertsPerToken, place.provider().name(), other.reason()));
    }
    if (routing instanceof TopKRouting.Fixed found && found.experts() != expertsPerToken) {
      throw new IllegalArgumentException(
          "expertsPerToken must be %d for gate %s, which gives a token that many when it is evaluated, was %d"
              .formatted(found.experts(), place.provider().name(), expertsPerToken));
    }
  }

  /**
   * Returns the number of expert and gate parameters that a token does not use, given its mean
   * number of experts.
   */
  public double idleParameters(double meanActiveExperts) {
    double idle = 0;
    for (EvolvingFeedForward place : places) {
      double active = place.isMixture() ? meanActiveExperts : 1;
      idle += place.expertParameters() * (place.experts() - active) + place.idleGateParameters();
    }
    return idle;
  }
}
