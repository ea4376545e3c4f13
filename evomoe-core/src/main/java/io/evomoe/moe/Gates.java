package io.evomoe.moe;

import java.util.Map;

/**
 * What makes the gates of a model.
 *
 * @param provider of each layer's gate; also says when a layer has its experts
 * @param options of the gate by name, as written in YAML; each gate documents and checks its own
 * @param training what is known of the training to come
 */
public record Gates(GateProvider provider, Map<String, String> options, TrainingFacts training) {

  /** Keeps the options unmodifiable. */
  public Gates {
    options = Map.copyOf(options);
  }

  /** Gates with their default options, for a training of which nothing is known. */
  public static Gates of(GateProvider provider) {
    return of(provider, Map.of());
  }

  /** Gates for a training of which nothing is known. */
  public static Gates of(GateProvider provider, Map<String, String> options) {
    return new Gates(provider, options, TrainingFacts.UNKNOWN);
  }
}
