package io.evomoe.evolution;

import io.evomoe.moe.GateState;
import io.evomoe.moe.Growth;
import io.evomoe.nn.Parameter;
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

  /** Parameters of experts that a token does not use when it has so many of them on average. */
  public double idleParameters(double meanActiveExperts) {
    double idle = 0;
    for (EvolvingFeedForward place : places) {
      double active = place.isMixture() ? meanActiveExperts : 1;
      idle += place.expertParameters() * (place.experts() - active);
    }
    return idle;
  }
}
