package io.evomoe.moe;

import java.util.Map;

/**
 * The provider and options for all gates of a model.
 *
 * @param provider creates the gate of each layer; also says when a layer gets its experts
 * @param options options of the gate by name, as written in YAML; each gate documents and checks
 *     its own
 * @param training facts about the coming training
 */
public record Gates(GateProvider provider, Map<String, String> options, TrainingFacts training) {

  /** Makes the options unmodifiable. */
  public Gates {
    options = Map.copyOf(options);
  }

  /** Returns gates with default options and unknown training facts. */
  public static Gates of(GateProvider provider) {
    return of(provider, Map.of());
  }

  /** Returns gates with the given options and unknown training facts. */
  public static Gates of(GateProvider provider, Map<String, String> options) {
    return new Gates(provider, options, TrainingFacts.UNKNOWN);
  }
}
