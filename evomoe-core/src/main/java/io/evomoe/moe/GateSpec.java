package io.evomoe.moe;

import io.evomoe.nn.Scope;
import java.util.Map;

/**
 * All a gate is told when it is made.
 *
 * @param scope where to make parameters; its name is the layer's, with {@code .gate}
 * @param width d, the width of a token row
 * @param experts E, at least 1
 * @param layer which of its stack's MoE layers it serves, from 0
 * @param layers MoE layers of that stack
 * @param moeLayers MoE layers in the whole model, at least 1, for losses that are a mean over
 *     layers
 * @param vocabulary number of token ids, for gates that look at them
 * @param causal whether a token's output must not depend on later tokens
 * @param options of this gate by name, as written in YAML; each gate documents and checks its own
 * @param training what is known of the training to come
 */
public record GateSpec(
    Scope scope,
    int width,
    int experts,
    int layer,
    int layers,
    int moeLayers,
    int vocabulary,
    boolean causal,
    Map<String, String> options,
    TrainingFacts training) {

  /**
   * Refuses fewer than one expert or MoE layer, or a layer outside its stack; keeps the options
   * unmodifiable.
   */
  public GateSpec {
    if (experts < 1) {
      throw new IllegalArgumentException("experts must be at least 1, was " + experts);
    }
    if (layer < 0 || layer >= layers) {
      throw new IllegalArgumentException(
          "layer must be at least 0 and below layers (%d), was %d".formatted(layers, layer));
    }
    if (moeLayers < 1) {
      throw new IllegalArgumentException("moeLayers must be at least 1, was " + moeLayers);
    }
    options = Map.copyOf(options);
  }

  /** All that a gate of the only MoE layer of its stack is told. */
  public GateSpec(
      Scope scope,
      int width,
      int experts,
      int moeLayers,
      int vocabulary,
      boolean causal,
      Map<String, String> options,
      TrainingFacts training) {
    this(scope, width, experts, 0, 1, moeLayers, vocabulary, causal, options, training);
  }
}
