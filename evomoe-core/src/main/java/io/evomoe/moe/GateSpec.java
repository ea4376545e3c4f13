package io.evomoe.moe;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.Scope;
import java.util.Map;

/**
 * The inputs of {@link GateProvider#create}.
 *
 * @param scope where to create parameters; its name is the layer's name with {@code .gate}
 * @param width d, the hidden size of the model
 * @param experts E, at least 1
 * @param layer index of the MoE layer in its stack, from 0
 * @param layers number of MoE layers in that stack
 * @param moeLayers number of MoE layers in the whole model, at least 1, for losses that are
 *     averaged over layers
 * @param vocabulary number of token ids, for gates that use them
 * @param causal whether a token's output must not depend on later tokens
 * @param options options of this gate by name, as written in YAML; each gate documents and checks
 *     its own
 * @param training facts about the coming training
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
   * Rejects fewer than one expert or MoE layer, or a layer outside its stack. Makes the options
   * unmodifiable.
   */
  public GateSpec {
    FieldBound.atLeast("experts", experts, 1);
    if (layer < 0 || layer >= layers) {
      throw new IllegalArgumentException(
          "layer must be at least 0 and below layers (%d), was %d".formatted(layers, layer));
    }
    FieldBound.atLeast("moeLayers", moeLayers, 1);
    options = Map.copyOf(options);
  }
}
