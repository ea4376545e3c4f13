package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.GateState;
import io.evomoe.moe.Growth;
import io.evomoe.moe.TopKRouting;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The evolving places of a model.
 *
 * @param places in order
 */
public record EvolvingLayers(List<EvolvingFeedForward> places) {

  /** Of a model without MoE layers. */
  public static final EvolvingLayers NONE = new EvolvingLayers(List.of());

  /** Keeps the list unmodifiable. */
  public EvolvingLayers {
    places = List.copyOf(places);
  }

  /** When they have their experts, which is the same for all of a model. */
  public Growth growth() {
    return places.isEmpty() ? Growth.NEVER : places.get(0).growth();
  }

  /** Turns the one expert of every place into several, as {@link EvolvingFeedForward#spawn}. */
  public Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    Map<Parameter, Parameter> lineage = new LinkedHashMap<>();
    places.forEach(place -> lineage.putAll(place.spawn(method, seed)));
    return lineage;
  }

  /** What the gates need saved beside their parameters. */
  public List<GateState> state() {
    return places.stream().flatMap(place -> place.state().stream()).toList();
  }

  /**
   * The moment at which every gate, evaluated, gives each token a fixed number of experts: a gate
   * that anneals is in its hard phase, and the others have that number anyway.
   *
   * @param step of which all but the phase stays
   * @param expertsPerToken experts of a token, 1 to E
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
              .formatted(expertsPerToken, place.gateName(), other.reason()));
    }
    if (routing instanceof TopKRouting.Fixed found && found.experts() != expertsPerToken) {
      throw new IllegalArgumentException(
          "expertsPerToken must be %d for gate %s, which gives a token that many when it is evaluated, was %d"
              .formatted(found.experts(), place.gateName(), expertsPerToken));
    }
  }

  /**
   * Parameters of experts and gates that a token does not use when it has so many experts on
   * average.
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
